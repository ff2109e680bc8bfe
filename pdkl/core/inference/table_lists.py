r"""All tables of two margins, where they are few: what mutual information can be, and how probable.

Row after row is dealt to what is left of the columns. What comes after a row depends only on how
much is left of each, in any order, so that tables in the making of which that is equal, and what
they have of n I so far, are one. Columns of which as much is left are alike: of those that differ
in their order one is dealt, with the number of orders. Columns of one row are alike for good, and
are dealt as one column that holds them all.

By the chain rule n I is the sum of those of tables of two rows, each row against what comes later.

References
----------
Mehta and Patel (1983), "A network algorithm for performing Fisher's exact test in r x c contingency
tables": what is left, in any order. Diaconis and Efron (1985), "Testing for independence in a
two-way table: new interpretations of the chi-square statistic": how many tables there are, nearly.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pdkl.core.inference.alike import like_urns
from pdkl.core.inference.cells import in_threads
from pdkl.core.inference.few import MOST
from pdkl.core.inference.margins import Distinct
from pdkl.core.inference.urn import EXCHANGE, Drawn, count_deviance
from pdkl.core.numerics.exact import FloatArray, IntArray, segment_max, sum_in_order

_STEPS = 256  # cells, of all but the last row, up to which it pays to deal one after the other
_SLACK = 4.5  # that the number of tables is perhaps estimated too high
_ENDLESS = 700.0  # the logarithm of a number that is too many
_SMALL = 4096  # rows up to which logarithms of factorials are looked up, to some 1e-11
_BLOCK = 1 << 16  # tables, by their estimated number, that are listed together
_PRODUCTS = 1 << 16  # pairs of values of two strata
_SAME = 2.0**33  # of n I: values that differ by 1 over it may be the same, but for rounding
_TINY = 1e-290  # stands for a share of 0, of which nothing is dealt


class Listed(NamedTuple):
    """What n I can be: by answer and value, each once, with its probability.

    Parameters
    ----------
    at : int64 array
        The answer that a value belongs to, in rising order.
    value, probability : float64 array
        The value, and how probable it is.
    """

    at: IntArray
    value: FloatArray
    probability: FloatArray

    def of(self, entry: IntArray | NDArray[np.bool_]) -> Listed:
        """Return some entries."""
        return Listed(self.at[entry], self.value[entry], self.probability[entry])

    def sorted(self) -> Listed:
        """Put answers in order; their entries stay in theirs."""
        if (np.diff(self.at) >= 0).all():
            return self
        return self.of(np.argsort(self.at, kind="stable"))

    @classmethod
    def together(cls, parts: Iterable[Listed]) -> Listed:
        """Put lists behind one another."""
        at, value, probability = zip(*parts, strict=True)
        return cls(np.concatenate(at), np.concatenate(value), np.concatenate(probability))

    def joined(self) -> Listed:
        """Join values that are equal but for rounding."""
        rounded = _rounded(self.value)
        high = int(rounded.max(initial=0)) + 1
        if int(self.at.max(initial=0)) + 1 < (1 << 62) // high:  # one key: a sixth of the time
            order = np.argsort(self.at * high + rounded, kind="stable")
        else:
            order = np.lexsort((rounded, self.at))
        at, value, weight = self.of(order)
        new = (np.diff(at, prepend=-1) != 0) | (np.diff(rounded[order], prepend=-2) > 1)
        first = np.flatnonzero(new)
        return Listed(at[first], value[first], sum_in_order(weight, np.cumsum(new) - 1, len(first)))


def all_crossed(
    rows: Distinct, columns: Distinct, chosen: NDArray[np.bool_], answer: IntArray
) -> tuple[Listed, NDArray[np.bool_]]:
    """List the tables of two margins, of those chosen ones that have few.

    Those of one answer, which are strata of it, must have few together. Also returned is which have
    so many lines that they were not looked at.
    """
    alike = [side.total_of(_log_factorial(side.times) / side.times) for side in (rows, columns)]
    lines = [side.number for side in (rows, columns)]
    # it saves most to have columns that are alike, and few of them
    turned = (alike[0] > alike[1]) | ((alike[0] == alike[1]) & (lines[0] < lines[1]))
    n = rows.total_of(rows.total)
    both = (rows, columns), (columns, rows)
    log_number = np.min([f(*two) for f in (_log_number, _log_most) for two in both], axis=0)
    log_number -= np.maximum(*alike)
    ones = [side.total_of((side.total == 1.0).astype(np.float64)) for side in (rows, columns)]
    held = np.where(turned, lines[0] - ones[0], lines[1] - ones[1]) + 1.0
    steps = (np.where(turned, lines[1], lines[0]) - 1.0) * held
    wide = chosen & (steps > _STEPS)
    some = np.flatnonzero(chosen & ~wide)
    number = np.exp(np.minimum(log_number, _ENDLESS))
    together = np.bincount(answer[some], weights=number[some], minlength=answer.max(initial=0) + 1)
    table = some[together[answer[some]] <= _SLACK * MOST]
    if not len(table):
        return Listed(np.empty(0, dtype=np.int64), np.empty(0), np.empty(0)), wide
    lists = _Margins.of(rows, columns, table, turned[table])
    kept, kind = lists.distinct()
    # small ones apart: they are looked up
    order = np.lexsort((kept, steps[table[kept]], n[table[kept]] > _SMALL))
    some = kept[order]
    block = np.cumsum(np.minimum(number[table[some]] + 1.0, MOST)) // _BLOCK
    edges = (np.diff(block) > 0) | (np.diff(n[table[some]] > _SMALL) != 0)
    whole = Listed.together(in_threads(lists.listed, np.split(some, np.flatnonzero(edges) + 1)))
    return _repeated(whole.sorted(), kept[kind], table), wide


def all_added(listed: Listed, n: FloatArray, answer: IntArray, size: int) -> Listed:
    """Add independent strata: ``answer`` says which answer those that were listed belong to.

    Answers of which there are too many values are left out.
    """
    first = np.flatnonzero(np.diff(listed.at, prepend=-1))
    number = np.diff(first, append=len(listed.at))
    stratum = listed.at[first]
    if len(np.unique(answer[stratum])) == len(stratum):
        return listed._replace(at=answer[listed.at]).sorted()
    item = np.repeat(np.arange(len(first)), number)
    powers = [sum_in_order(listed.probability * listed.value**k, item, len(first)) for k in (1, 2)]
    # in an order of their own, equal ones next to each other
    order = np.lexsort((*powers, n[stratum], number, answer[stratum]))
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    left = Listed(place[item], listed.value, listed.probability).joined()
    owner = answer[stratum[order]]
    while len(owner) > len(np.unique(owner)):
        left, owner = _by_twos(left, owner, size)
    return Listed(owner[left.at], left.value, left.probability)


def _by_twos(listed: Listed, owner: IntArray, size: int) -> tuple[Listed, IntArray]:
    """Add every second item of an answer to the one before it."""
    number = np.bincount(listed.at, minlength=len(owner))
    start = np.cumsum(number) - number
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    place = np.arange(len(owner)) - np.repeat(first, np.diff(first, append=len(owner)))
    left = np.flatnonzero(place % 2 == 0)
    paired = np.append(owner[left[:-1]] == owner[left[:-1] + 1], False)
    if len(left) and left[-1] + 1 < len(owner):
        paired[-1] = owner[left[-1]] == owner[left[-1] + 1]
    right = np.where(paired, np.minimum(left + 1, len(owner) - 1), 0)
    width = np.where(paired, number[right], 1)
    product = number[left] * width
    bad = np.zeros(size, dtype=bool)
    bad[owner[left[product > _PRODUCTS]]] = True
    keep = ~bad[owner[left]]
    left, right, width, paired, product = (
        part[keep] for part in (left, right, width, paired, product)
    )
    item = np.repeat(np.arange(len(left)), product)
    inside = np.arange(len(item)) - np.repeat(np.cumsum(product) - product, product)
    one = start[left][item] + inside // width[item]
    two = start[right][item] + inside % width[item]
    both = paired[item]
    value = listed.value[one] + np.where(both, listed.value[two], 0.0)
    weight = listed.probability[one] * np.where(both, listed.probability[two], 1.0)
    found, owner = Listed(item, value, weight).joined(), owner[left]
    bad[owner[np.bincount(found.at, minlength=len(owner)) > MOST]] = True
    keep = ~bad[owner]
    renamed, some = np.cumsum(keep) - 1, keep[found.at]
    return Listed(renamed[found.at[some]], found.value[some], found.probability[some]), owner[keep]


def _repeated(listed: Listed, kind: IntArray, table: IntArray) -> Listed:
    """Give tables that are alike the list of one of them."""
    if len(np.unique(kind)) == len(kind):
        return listed._replace(at=table[listed.at])
    start, end = (np.searchsorted(listed.at, kind, side=side) for side in ("left", "right"))
    number = end - start
    which = np.repeat(np.arange(len(kind)), number)
    entry = np.arange(len(which)) + np.repeat(start - np.cumsum(number) + number, number)
    return Listed(table[which], listed.value[entry], listed.probability[entry])


def _log_number(rows: Distinct, columns: Distinct) -> FloatArray:
    """Return the logarithm of about how many tables there are, by Diaconis and Efron."""
    from scipy.special import gammaln

    n = rows.total_of(rows.total)
    i, j = np.maximum(rows.number, 1.0), np.maximum(columns.number, 1.0)
    w = 1.0 / (1.0 + i * j / np.maximum(2.0 * n, 1.0))

    def shares(side: Distinct, lines: FloatArray) -> FloatArray:
        at = side.table
        return ((1.0 - w) / lines)[at] + w[at] * side.total / n[at]

    r, c = shares(rows, i), shares(columns, j)
    k = (j + 1.0) / (j * np.maximum(rows.total_of(r * r), 1e-300)) - 1.0 / j
    log = (i - 1.0) * (j - 1.0) * np.log(n + i * j / 2.0)
    log += (j - 1.0) * rows.total_of(np.log(r)) + (k - 1.0) * columns.total_of(np.log(c))
    return np.asarray(log + gammaln(j * k) - i * gammaln(j) - j * gammaln(k))


def _log_most(rows: Distinct, columns: Distinct) -> FloatArray:
    """Return the logarithm of how many there are if all rows but the largest get what they like.

    It says more where one row has nearly all.
    """
    from scipy.special import gammaln

    others = columns.number[rows.table] - 1.0
    ways = gammaln(rows.total + others + 1.0) - gammaln(rows.total + 1.0) - gammaln(others + 1.0)
    return rows.total_of(ways) - segment_max(ways, rows.table, rows.size)


class _Margins(NamedTuple):
    """The margins of tables: those of rows to be dealt, rising, and of columns, falling.

    ``starts`` have one entry more than tables; ``ones`` are the columns of one row, which are not
    among the others.
    """

    dealt: FloatArray
    dealt_starts: IntArray
    held: FloatArray
    held_starts: IntArray
    ones: FloatArray

    @classmethod
    def of(
        cls, rows: Distinct, columns: Distinct, table: IntArray, turned: NDArray[np.bool_]
    ) -> _Margins:
        sides: list[tuple[IntArray, FloatArray]] = []
        for one, two in ((rows, columns), (columns, rows)):
            parts = []
            for side, mine in ((one, ~turned), (two, turned)):
                some = np.flatnonzero(mine)
                own = side.only(table[some])
                times = own.times.astype(np.int64)
                parts.append((np.repeat(some[own.table], times), np.repeat(own.total, times)))
            at, total = (np.concatenate(part) for part in zip(*parts, strict=True))
            sides.append((at, total))
        size = len(table)
        (at, dealt), (to, held) = sides
        order = np.lexsort((dealt, at))
        at, dealt = at[order], dealt[order]
        several = held > 1.0
        ones = np.bincount(to[~several], minlength=size).astype(np.float64)
        to, held = to[several], held[several]
        order = np.lexsort((-held, to))
        to, held = to[order], held[order]
        ends = np.arange(size + 1)
        return cls(dealt, np.searchsorted(at, ends), held, np.searchsorted(to, ends), ones)

    def distinct(self) -> tuple[IntArray, IntArray]:
        """Return tables that differ, and which of these each one is."""
        size = len(self.ones)
        lines = [np.diff(starts) for starts in (self.dealt_starts, self.held_starts)]
        at = np.concatenate([np.repeat(np.arange(size), number) for number in lines])
        order = np.argsort(at, kind="stable")
        total = np.concatenate([self.dealt, self.held])[order]
        urns = [lines[0].astype(np.float64), self.ones]
        return like_urns(urns, [total], at[order])

    def listed(self, tables: IntArray) -> Listed:
        """List some tables, which are all small or all not."""
        dealt = _padded(self.dealt, self.dealt_starts, tables, front=True)
        held = _padded(self.held, self.held_starts, tables, front=False)
        left = np.concatenate([self.ones[tables].astype(np.int64)[None], held])
        n = dealt.sum(axis=0)
        states = _States(np.arange(len(tables)), left, np.zeros(len(n)), np.ones(len(n)))
        small = bool(n.max() <= _SMALL)
        last = len(dealt) - 2  # what comes after it gets what is left
        for i, total in enumerate(dealt[:-1]):
            states = states.dealt(_Row(total, n, small), ends=i == last)
            states = states if i == last else states.joined()
            n = n - total
        found = Listed(states.table, states.value, states.weight).joined()
        whole = sum_in_order(found.probability, found.at, len(tables))
        return Listed(tables[found.at], found.value, found.probability / whole[found.at])


class _States(NamedTuple):
    """Tables in the making, in order: what is left of columns, n I so far, probability so far.

    ``left`` has a row for columns of one row together, and one for each other column, falling.
    """

    table: IntArray
    left: IntArray
    value: FloatArray
    weight: FloatArray

    def dealt(self, row: _Row, *, ends: bool) -> _States:
        """Deal a row of each table in all ways; drop tables of which there are too many.

        Of columns of which as much is left each gets no more than the one before. What is left is
        not told where the row ``ends`` the tables.
        """
        alike, place, behind = self._runs()
        of, to_deal = np.arange(len(self.table)), row.total[self.table]
        log, value = row.constant()
        log, value = log[self.table], self.value + value[self.table]
        before, run = to_deal, np.ones(len(of))
        steps: list[tuple[IntArray | None, IntArray]] = []
        last = len(self.left) - 1
        for j, line in enumerate(self.left):
            parent, count, mine = None, to_deal, line[of]
            tied = bool((place[j] > 1).any())
            at = place[j][of] if tied else None
            if j < last:
                # what the columns behind cannot take, evenly where they are alike
                least = np.maximum(-((behind[j][of] - to_deal) // alike[j][of]), 0)
                most = np.minimum(to_deal, mine)
                if at is not None:
                    most = np.where(at > 1, np.minimum(most, before), most)
                parent, count = self._options(least, most, of)
                of, to_deal, mine = of[parent], to_deal[parent], mine[parent]
                log, value = log[parent], value[parent]
                before, run = (before[parent], run[parent]) if tied else (before, run)
                at = None if at is None else at[parent]
            more, added_value = row.cell(count, mine, self.table[of], alone=j == 0)
            log += more
            value += added_value
            if at is not None:
                run = np.where((at > 1) & (count == before), run + 1.0, 1.0)
                log += np.log(at / run)  # in the end the number of orders
            elif j < last and (place[j + 1] > 1).any():
                run = np.ones(len(of))
            to_deal, before = to_deal - count, count
            steps.append((parent, count))
        weight = self.weight[of] * np.exp(log)
        left = self.left[:, :0] if ends else self._left_behind(of, steps)
        return _States(self.table[of], left, value, weight)

    def _left_behind(self, of: IntArray, steps: list[tuple[IntArray | None, IntArray]]) -> IntArray:
        left, at = self.left[:, of], np.arange(len(of))
        for j in range(len(steps) - 1, -1, -1):
            parent, count = steps[j]
            left[j] -= count[at]
            at = at if parent is None else parent[at]
        left[1:] = -np.sort(-left[1:], axis=0)
        return left

    def joined(self) -> _States:
        """Join those that differ in nothing but rounding."""
        lines = [self.table, _rounded(self.value), *self.left]
        print_of = np.zeros(len(self.table), dtype=np.int64)
        for line, one in zip(lines, _factors(len(lines)), strict=True):
            print_of += line * one  # modulo 2^64
        order = np.argsort(print_of, kind="stable")
        new = np.zeros(len(order), dtype=bool)
        for line in lines:
            new |= np.diff(line[order], prepend=-1) != 0
        first = order[new]
        total = sum_in_order(self.weight[order], np.cumsum(new) - 1, len(first))
        again = np.argsort(first)  # they stay in order
        first = first[again]
        return _States(self.table[first], self.left[:, first], self.value[first], total[again])

    def _runs(self) -> tuple[IntArray, IntArray, IntArray]:
        """Return of each column how many alike are left with it, its place, what all behind have.

        Those behind are the columns that are not alike.
        """
        left = self.left
        alike, place, behind = np.ones_like(left), np.ones_like(left), np.zeros_like(left)
        for j in range(2, len(left)):
            place[j] = np.where(left[j] == left[j - 1], place[j - 1] + 1, 1)
        after = np.zeros_like(left[0])
        for j in range(len(left) - 1, -1, -1):
            behind[j] = after
            if j + 1 < len(left):
                same = place[j + 1] > 1
                alike[j] = np.where(same, alike[j + 1] + 1, 1)
                behind[j] = np.where(same, behind[j + 1], after)
            after = after + left[j]
        return alike, place, behind

    def _options(self, least: IntArray, most: IntArray, of: IntArray) -> tuple[IntArray, IntArray]:
        """Return all counts from least to most, and whose they are; none in tables of too many."""
        number = most - least + 1
        if number.sum() > MOST:
            table = self.table[of]
            number = np.where(np.bincount(table, weights=number)[table] > MOST, 0, number)
        parent = np.repeat(np.arange(len(least)), number)
        return parent, np.arange(len(parent)) - np.repeat(
            np.cumsum(number) - number - least, number
        )


class _Row(NamedTuple):
    """A row of each table, against what is left of it: ``n`` rows, this one among them.

    ``small`` are those of which x log x and log x! are looked up.
    """

    total: IntArray
    n: IntArray
    small: bool

    def constant(self) -> tuple[FloatArray, FloatArray]:
        """Return what no column changes of the logarithm of the probability, and of n I."""
        total, n = self.total, self.n
        if not self.small:
            whole = n.astype(np.float64)
            mine = total.astype(np.float64)
            log = EXCHANGE.log_free(mine, whole, Drawn(whole, mine))
            return -log, np.zeros(len(n))
        factorial, times_log = _looked_up()
        log = factorial[n - total] + factorial[total] - factorial[n]
        return log, times_log[n] - times_log[total] - times_log[n - total]

    def cell(
        self, count: IntArray, left: IntArray, table: IntArray, *, alone: bool
    ) -> tuple[FloatArray, FloatArray]:
        """Return what counts add to both, of so much that is left: of a column, or columns of one.

        These are ``alone``.
        """
        rest = left - count
        if self.small:
            factorial, times_log = _looked_up()
            log = factorial[left] - factorial[count] - factorial[rest]
            if alone:
                return log, np.zeros(len(log))
            return log, times_log[count] + times_log[rest] - times_log[left]
        total, n = self.total[table].astype(np.float64), self.n[table].astype(np.float64)
        some, others, both = (part.astype(np.float64) for part in (count, rest, left))
        log = EXCHANGE.log_free(some, both, Drawn(n, total))
        now, later = total / n, (n - total) / n
        if alone:
            return log, -some * np.log(np.maximum(now, _TINY)) - others * np.log(later)
        return log, count_deviance(some, both * now) + count_deviance(others, both * later)


@cache
def _factors(number: int) -> IntArray:
    """Return odd numbers, of which sums tell apart what they are the factors of."""
    return 2 * np.random.default_rng(number).integers(1 << 62, size=number) + 1


@cache
def _looked_up() -> tuple[FloatArray, FloatArray]:
    """Return log x! and x log x."""
    from scipy.special import gammaln, xlogy

    x = np.arange(_SMALL + 1.0)
    return gammaln(x + 1.0), xlogy(x, x)


def _padded(values: FloatArray, starts: IntArray, some: IntArray, *, front: bool) -> IntArray:
    """Return the values of some tables as columns, those that are missing 0, in front or behind."""
    width = np.diff(starts)[some]
    tall = int(width.max(initial=0))
    result = np.zeros((tall, len(some)), dtype=np.int64)
    at = np.repeat(np.arange(len(some)), width)
    place = np.arange(len(at)) - np.repeat(np.cumsum(width) - width, width)
    shift = (tall - width)[at] if front else 0
    result[place + shift, at] = values[starts[some][at] + place]
    return result


def _rounded(value: FloatArray) -> IntArray:
    """Return a number for each value; those that differ by rounding differ by 1 at most."""
    return np.rint(value * _SAME).astype(np.int64)


def _log_factorial(x: FloatArray) -> FloatArray:
    from scipy.special import gammaln

    return np.asarray(gammaln(x + 1.0))

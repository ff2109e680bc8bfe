"""Why a frame differs from a reference: the public method that splits the change."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

from pdkl.api.base import Data
from pdkl.request.keywords import Request

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from pdkl.core.counts.bin_edges import Binning
    from pdkl.core.measures.chain_rule import Chained
    from pdkl.request.types import Base, By


class ExplainMethods(Data):
    """The method of `InfoTheory` that says why."""

    def explain(
        self,
        reference: Any,
        columns: Hashable | list[Any] | None = None,
        *,
        exclude: Hashable | list[Any] | None = None,
        by: By | None = None,
        measure: Chained = "js_divergence",
        weights: Hashable | None = None,
        base: Base = "nat",
        dropna: bool = False,
        bins: Any = None,
        binning: Binning | None = None,
        n_resamples: int | None = None,
        rng: int | np.random.Generator | None = None,
        progress: bool = True,
    ) -> pd.DataFrame:
        """Say why the frame differs from a reference: in which columns, or in which segments.

        The chain rule splits a divergence exactly. Without ``by`` it is that of all columns
        together, split into the part of each column given those before it:
        KL(P(x, y) || Q(x, y)) = KL(P(x) || Q(x)) + sum_x P(x) KL(P(y | x) || Q(y | x)), and so on.
        With ``by`` it is that of each column within segments s, split into the change of the mix
        and that within each segment: KL(P(s, x) || Q(s, x)) = KL(P(s) || Q(s)) +
        sum_s P(s) KL(P(x | s) || Q(x | s)).

        JS is split alike through the mixture M = (P + Q) / 2: what is within x weighs M(x), and is
        w KL(P || N) + (1 - w) KL(Q || N), N = w P + (1 - w) Q, of P(y | x) and Q(y | x), with
        w = P(x) / (P(x) + Q(x)). So it stays finite, and where one side lacks x it adds nothing.

        Parameters
        ----------
        reference : DataFrame
            The rows to compare with, Q; those of the frame are P.
        columns : label, tuple of labels, or list of these, optional
            The columns to explain the change by; with ``by``, those to explain one by one. A tuple
            that is no column's name is these columns together. None means every column outside
            ``by`` and ``weights``, but for identifiers and clocks.
        exclude : label or list of labels, optional
            The columns to leave out: of all where none is named, else of those that are.
        by : label, pandas.Grouper or list of these, optional
            What makes the segments; both sides must have it.
        measure : {"js_divergence", "kl_divergence"}
            The divergence that is split. The columns are chosen by JS in either case: KL is
            infinite wherever a combination is new.
        weights : label, optional
            The column of counts: of how many rows each row stands for, on both sides; whole
            numbers.
        base : {"nat", "bit", "dit"} or number above 1
            The base of the logarithm.
        dropna : bool
            Whether rows that lack a value are left out (without ``by``, a value in any of the
            columns). By default missing is a category, as values that go missing are a change.
        bins : int, str, sequence of edges, or mapping of these by column, optional
            How numbers, times and durations are cut. By default into a bin for every ten rows of
            the reference, from 2 to 10. A mapping cuts its columns whatever they hold, and leaves
            the others at the default; anything else cuts all numbers and times.
        binning : {"quantile", "width"}, optional
            Whether a number of bins have equal shares, as by default, or equal widths.
        n_resamples : int, optional
            Draw each part again so many times, in place of the closed form.
        rng : int or numpy.random.Generator, optional
            The seed of draws, which is of no matter to a closed form.
        progress : bool
            Whether long work shows a bar, where rich is installed.

        Returns
        -------
        pandas.DataFrame
            Without ``by`` a row per step: ``step`` (int64), ``column``, ``given`` (str, the columns
            before it, "a, b"); the last ``column`` is "(not resolved)" for what the columns left
            have changed together, unless all are chosen. With ``by`` a row for the mix and one per
            segment, for each column: the keys of ``by`` (missing for the mix; integers and booleans
            in pandas' nullable dtypes), ``column``, ``part`` (str, "mix" or "within").

            Then ``n``, ``n_reference``, ``n_missing``, ``n_missing_reference`` (int64), with ``by``
            also ``weight`` (P(s), or M(s) for JS) and ``divergence`` (within the segment; NaN where
            one side lacks it), whose product is the contribution; ``contribution``, ``share`` (of
            their sum; NaN where that is 0 or infinite), ``expected`` (what the contribution is on
            average if nothing differs), ``excess`` (contribution - expected), ``noise_floor`` (what
            it stays below with a probability of 95 % if nothing differs), all float64 and but for
            weight and share in ``unit`` (str). Contributions add up to the whole divergence.

        Raises
        ------
        KeyError
            A column does not exist in the frame or the reference.
        TypeError
            The reference is no frame, a keyword is of the wrong kind, or no column has cells that
            can be hashed and are of one kind on both sides.
        ValueError
            A keyword is out of its range, a column is named twice or also in ``by``, weights are
            negative, missing or fractional, or a key has the name of a result column.

        Warns
        -----
        UserWarning
            A column had to be left out, as it cannot be read, cut, counted or compared, or as only
            one side has it and none is named. The others are explained;
            ``attrs["pdkl"]["left_out"]`` says why.

        Notes
        -----
        "If nothing differs" means: in what the part adds, given what comes before it. The rows that
        agree in the columns before, or are in the same segment, are dealt anew to the two sides, to
        each as many as it has of them. What they would add then is known in closed form, from the
        moments of single cells (`InfoTheory` says how); numbers are cut at edges that are fitted
        to both sides together, as of those of one side alone the outer bins differ by construction.
        A smallest or largest value that far more rows have than those beside it has its own bin.

        Columns are of the kinds of `drift`. Identifiers and clocks are left out unless ``columns``
        names them; ``attrs["pdkl"]["skipped"]`` says why.

        Each step takes the column with the largest excess of JS, not the largest contribution: that
        grows with the number of categories, also where nothing changed. It stops where no column
        adds more than chance would in 5 % of all cases, for as many columns as are left. Then it
        looks for two columns that changed only in what one tells of the other, among those whose
        combinations, given the columns before, have five rows on average; it takes both, and goes
        on. What only three or more show together stays unresolved.

        The more columns are together, the fewer rows their combinations have; where each row has
        its own, JS is log 2 whatever happened. The contribution of "(not resolved)" is large then,
        but so is what is expected: only the excess counts. A change that is found among few columns
        may drown among many, so name those that matter.

        References
        ----------
        Cover, T. M. and Thomas, J. A. (2006). Elements of Information Theory, 2nd edition.
        Wiley. Section 2.5.
        Lin, J. (1991). Divergence measures based on the Shannon entropy. IEEE Transactions on
        Information Theory 37, 145-151.

        Examples
        --------
        Both columns have the shares that they had; what changed is what one tells of the other:

        >>> import pandas as pd
        >>> import pdkl
        >>> before = pd.DataFrame({"paid": list("nnyy"), "sent": list("nyny"), "rows": 250})
        >>> today = pd.DataFrame({"paid": list("ny"), "sent": list("ny"), "rows": 500})
        >>> why = today.info_theory.explain(before, weights="rows", base="bit", rng=0)
        >>> why[["step", "column", "given", "contribution", "share", "unit"]]
           step column given  contribution  share unit
        0     1   paid            0.000000    0.0  bit
        1     2   sent  paid      0.311278    1.0  bit

        >>> why = today.info_theory.explain(before, "sent", by="paid", weights="rows", rng=0)
        >>> why[["paid", "column", "part", "weight", "divergence", "contribution", "share"]]
          paid column    part  weight  divergence  contribution  share
        0  NaN   sent     mix     1.0    0.000000      0.000000    0.0
        1    n   sent  within     0.5    0.215762      0.107881    0.5
        2    y   sent  within     0.5    0.215762      0.107881    0.5
        """
        request = Request(
            method="explain",
            two_sided=True,
            columns=columns,
            exclude=exclude,
            by=by,
            reference=reference,
            weights=weights,
            base=base,
            dropna=dropna,
            bins=bins,
            binning=binning,
            test=True,
            n_resamples=n_resamples,
            rng=rng,
            progress=progress,
        )
        from pdkl.analyses.explain import explain

        return explain.explain(self._data, request, measure=measure)

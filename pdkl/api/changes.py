"""When it changed: the public method that finds the dates."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

from pdkl.api.base import Data
from pdkl.core.measures.measure import Measure
from pdkl.request.keywords import Request

if TYPE_CHECKING:
    import pandas as pd

    from pdkl.core.counts.bin_edges import Binning
    from pdkl.request.types import Base, By


class ChangesMethods(Data):
    """The method of `InfoTheory` that says when a distribution changed."""

    def changes(
        self,
        columns: Hashable | list[Any] | None = None,
        *,
        by: By | None = None,
        exclude: Hashable | list[Any] | None = None,
        measure: str | tuple[str, float] | Measure = "js_distance",
        alpha: float = 0.05,
        season: int | str | None = "auto",
        anomalies: int = 1,
        phi: float | None = None,
        block: int | None = None,
        weights: Hashable | None = None,
        base: Base = "bit",
        dropna: bool = False,
        bins: Any = None,
        binning: Binning | None = None,
    ) -> pd.DataFrame:
        """Say when a distribution changed: a row for each stretch in which it stays the same.

        The periods that the last key of ``by`` makes are cut, for each column and in each group of
        the other keys, so that the sum over stretches of L + b(n), and q for each cut, is smallest
        (exactly, by dynamic programming). L = n H(P) is the length of a code for the n rows of a
        stretch, from counts divided by the noise of their period, phi = 1 + rho (n - 1); b(n) is
        what n rows drawn from all would save by chance, and q what the best of all cuts saves
        beyond that in a share ``alpha`` of histories without a change.

        Parameters
        ----------
        columns : label, tuple of labels, or list of these, optional
            The columns to look at, each on its own. A tuple that is no column's name is these
            columns together. None means every column outside ``by`` and ``weights``, but for
            identifiers.
        by : label, pandas.Grouper, pdkl.Rolling or list of these, optional
            What makes the periods: its last key is the time, a `pandas.Grouper` or any column that
            can be sorted. The keys before it make groups, each with a history of its own.
        exclude : label or list of labels, optional
            The columns to leave out: of all where none is named, else of those that are.
        measure : str, (str, order) or Measure
            How far a stretch is from the one before: a name of `pdkl.measures`, with an order where
            it has one, or a record of your own. It must be 0 where nothing differs. Where the cuts
            are does not depend on it.
        alpha : float in (0, 1)
            The probability of a cut, in any column or group, where nothing changed.
        season : "auto", int or None
            How many periods make a rhythm that is no change and is taken out: by default 7 for days
            and 24 for hours, where it shows over three rounds.
        anomalies : int
            So many periods in a row, with the same distribution before and after, are one anomaly
            and no two changes; 0 for none.
        phi : float of at least 1, optional
            How many times noisier the counts of the median period are than those of independent
            rows. By default it is estimated from periods that stand side by side.
        block : int, optional
            Blocks of so many periods also say how noisy they are, so that what wanders is no row of
            changes: by default 7, or 1 (none) where there are fewer than 35. Changes that follow
            each other within some 15 periods are found with ``block=1``.
        weights : label, optional
            The column of row weights or counts.
        base : {"nat", "bit", "dit"} or number above 1
            The base of the logarithm.
        dropna : bool
            Whether missing values are left out. By default they are a category like others, as
            values that go missing are a change.
        bins : int, str, sequence of edges, or mapping of these by column, optional
            How numbers, times and durations are cut, by all rows together. By default into a bin
            for every ten rows, from 2 to 10, and one for a smallest or largest value that stands
            out, as -1 may. A mapping cuts its columns whatever they hold, and leaves the others at
            the default; anything else cuts all numbers and times.
        binning : {"quantile", "width"}, optional
            Whether a number of bins have equal shares, as by default, or equal widths.

        Returns
        -------
        pandas.DataFrame
            A row per group, column and stretch or anomaly, in the order of time: the keys of ``by``
            without the time, and

            ============================= =====================================================
            ``column``                    str
            ``stretch``                   int64, its number from 1; of an anomaly, that of the
                                          stretch around it
            ``kind``                      str, "stretch" or "anomaly"
            ``start``, ``end``            its first and last period, in the dtype of the time
            ``periods``                   int64, how many of its periods have rows
            ``n``                         int64, rows
            ``js_distance``               float64, or another ``measure``: how far it is from the
                                          stretch before, an anomaly from the one around it; NaN
                                          for the first
            ``js_distance_excess``,       float64, what of it is more than chance gives, and what
            ``js_distance_noise_floor``   chance stays at or below in 95 % of cases; both allow
                                          for phi
            ``p_value``                   float64, the probability of a cut that saves as much by
                                          chance, times the places where it could be
            ``p_adjusted``                float64, by Benjamini and Hochberg over all rows
            ``top_category``              str, what contributes most to js_divergence
            ``top_contribution``          float64, how much, in bits
            ``note``                      str, what else is to be known; empty where nothing is
            ``unit``                      str, of the measure
            ============================= =====================================================

            ``attrs["pdkl"]["edges"]`` says where numbers were cut: with that as ``bins=`` others,
            such as `InfoTheory.distribution` for `pdkl.plot.changes`, cut them there as well.
            ``attrs["pdkl"]["sequences"]`` says of each group and column how noisy it was taken to
            be: ``phi`` of the median period, ``rho``, ``wander`` (how many times phi grows if
            blocks are asked too), the ``season`` that was taken out, and ``q`` in nats.

        Raises
        ------
        KeyError
            A column does not exist.
        TypeError
            ``by`` is left out, or a keyword is of the wrong kind.
        ValueError
            A keyword is out of its range, ``by`` makes more than 2,000 periods, fractional weights,
            or a key that has the name of a result column.

        Notes
        -----
        Empty periods are left out, and the dates are right all the same. What is promised: where
        no distribution changes, about a share of ``alpha`` of the answers or fewer have a cut, also
        where periods are of very different sizes or noisier than their rows. What is not: a slow
        slope is cut into steps (a note says so where phi grows more than twofold with blocks);
        bursts of a single category, or a level that wanders for weeks, are still cut. One rare
        category among many is better asked alone. Fewer than five periods, or periods of about one
        row, do not tell how noisy they are; ``phi`` does.

        The time grows with the square of the number of periods and with the number of categories,
        or of cells that are not empty where these are few.

        References
        ----------
        Jackson, B. et al. (2005). An algorithm for optimal partitioning of data on an interval.
        IEEE Signal Processing Letters 12, 105-108. Rao, J. N. K. and Scott, A. J. (1981). The
        analysis of categorical data from complex sample surveys. Journal of the American
        Statistical Association 76, 221-230.

        Examples
        --------
        >>> import pandas as pd
        >>> import pdkl
        >>> days = pd.date_range("2026-03-01", periods=20)
        >>> df = pd.DataFrame({"day": days.repeat(2), "paid": ["card", "cash"] * 20})
        >>> df["orders"] = [80, 20] * 12 + [60, 40] * 8
        >>> when = df.info_theory.changes("paid", by="day", weights="orders")
        >>> when[["column", "start", "end", "n", "js_distance"]]
          column      start        end     n  js_distance
        0   paid 2026-03-01 2026-03-12  1200          NaN
        1   paid 2026-03-13 2026-03-20   800     0.186686
        >>> when["top_category"].iloc[1]
        'cash'
        """
        request = Request(
            method="changes",
            two_sided=False,
            columns=columns,
            exclude=exclude,
            by=by,
            weights=weights,
            base=base,
            dropna=dropna,
            bins=bins,
            binning=binning,
            test=True,
            rng=0,  # where a measure has no closed form: the same data, the same answer
            progress=False,
        )
        from pdkl.analyses.changes import changes

        return changes.changes(
            self._data,
            request,
            measure=measure,
            alpha=alpha,
            season=season,
            phi=phi,
            block=block,
            anomalies=anomalies,
        )

"""Which categories make a difference: the public method that takes one apart."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

from pdkl.api.base import Data
from pdkl.core.measures.catalogue import find
from pdkl.core.measures.measure import Measure
from pdkl.request.keywords import Request

if TYPE_CHECKING:
    import pandas as pd

    from pdkl.core.counts.bin_edges import Binning
    from pdkl.request.types import Against, Alphabet, Base, By, SmoothingRule, Zeros


class ContributionsMethods(Data):
    """The method of `InfoTheory` that says which categories drive a difference."""

    def contributions(
        self,
        p: Hashable | list[Any] | None = None,
        q: Hashable | list[Any] | None = None,
        *,
        exclude: Hashable | list[Any] | None = None,
        measure: str | tuple[str, float] | Measure = "kl_divergence",
        by: By | None = None,
        reference: Any = None,
        against: Against | None = None,
        window: int | None = None,
        match: bool | None = None,
        weights: Hashable | None = None,
        base: Base = "nat",
        dropna: bool = True,
        alphabet: Alphabet = "observed",
        zeros: Zeros = "inf",
        smoothing: SmoothingRule | None = None,
        bins: Any = None,
        binning: Binning | None = None,
    ) -> pd.DataFrame:
        """Say which categories drive a measure: its terms, a row per category.

        For KL the term is p log(p / q): positive where P has more of a category than Q expects,
        negative where it has less. The terms of a group add up to the measure, or to what its last
        step is taken of: those of js_distance, its root, to js_divergence. `plot.contributions`
        draws them.

        Parameters
        ----------
        p : label, tuple of labels, or list of these, optional
            The columns to measure. A tuple that is no column's name is these columns together.
        q : label, tuple of labels, or list of these, optional
            The columns to compare them with, one for each of ``p``, or one for all.
        exclude : label or list of labels, optional
            The columns to leave out: of all where none is named, else of those that are.
        measure : str, (str, order) or Measure
            Whose terms to show: a name of `pdkl.measures`, with an order where it has one, or a
            record of your own.
        by : label, pandas.Grouper, pdkl.Rolling or list of these, optional
            What makes the groups; of a `pdkl.Rolling`, windows that overlap.
        reference : DataFrame, mapping or group label, optional
            What P is compared with, where it is not a column.
        against : {"rest", "all", "pairs", "previous", "uniform"}, optional
            Which rows of the frame, or which fixed distribution, P is compared with.
        window : int of at least 1, optional
            With ``against="previous"``: how many of the groups before are Q together, 1 by default.
        match : bool, optional
            Whether a reference frame is matched group to group; None means yes where it has all
            keys and none is a Grouper. Otherwise all of it stands for every group.
        weights : label, optional
            The column of row weights or counts.
        base : {"nat", "bit", "dit"} or number above 1
            The base of the logarithm.
        dropna : bool
            Whether missing values are left out, or a category.
        alphabet : {"observed", "declared"} or int
            The categories that smoothing and ``"uniform"`` reach.
        zeros : {"inf", "raise", "drop"} or float in (0, 1)
            What a category does that P has and Q lacks; only for measures that divide by Q.
        smoothing : {"laplace", "jeffreys", "perks"} or number above 0, optional
            The pseudo-count of every category of the alphabet.
        bins : int, str, sequence of edges, or mapping of these by column, optional
            How columns of numbers, times and durations are cut into categories.
        binning : {"quantile", "width"}, optional
            Whether a number of bins have equal shares, as by default, or equal widths.

        Returns
        -------
        pandas.DataFrame
            A row per group, column and category of the alphabet: the keys of ``by``, ``column``,
            ``reference`` (str), ``<key>_reference`` where groups meet groups, ``category`` (the
            value, or its text where the columns asked for are of different kinds; for bins the text
            of the interval, with ``low`` and ``high``), ``count``,
            ``count_reference`` (int64, or float64 for fractional weights; NA for a fixed Q),
            ``p``, ``q`` (float64, the shares after smoothing and zeros), ``contribution``
            (float64, in ``unit``), ``unit`` (str). In each group infinite contributions come
            first, then the largest; groups without a value come last.

        Raises
        ------
        KeyError
            A column does not exist in the frame or the reference.
        TypeError
            Not exactly one of ``q``, ``reference``, ``against``; a keyword of the wrong kind;
            cells that cannot be hashed; two sides whose values can never be equal.
        ValueError
            As in `kl_divergence`; also ``zeros`` for a measure that does not divide by Q, and an
            ``alphabet`` size that gives probability to categories without a name. As in
            `divergence` for measures of ordered values.

        Notes
        -----
        The contribution of an ordered value to ``"wasserstein"`` is the area between F and G from
        it up to the next value. Those of ``"kolmogorov_smirnov"``, whose largest is the measure, do
        not add up.

        References
        ----------
        Kullback, S. and Leibler, R. A. (1951). On information and sufficiency. Annals of
        Mathematical Statistics 22, 79-86.

        Examples
        --------
        >>> import pandas as pd
        >>> import pdkl
        >>> df = pd.DataFrame({"fruit": ["fig", "fig", "fig", "kiwi"]})
        >>> result = df.info_theory.contributions("fruit", reference={"fig": 1, "kiwi": 1})
        >>> result[["category", "count", "p", "q", "contribution"]]
          category  count     p    q  contribution
        0      fig      3  0.75  0.5      0.304099
        1     kiwi      1  0.25  0.5     -0.173287
        """
        request = Request(
            method="contributions",
            two_sided=True,
            shows="contributions",
            measures=(find("measure", measure),),
            columns=p,
            exclude=exclude,
            q=q,
            by=by,
            reference=reference,
            against=against,
            window=window,
            match=match,
            weights=weights,
            base=base,
            dropna=dropna,
            alphabet=alphabet,
            zeros=zeros,
            smoothing=smoothing,
            bins=bins,
            binning=binning,
        )
        from pdkl.analyses import divergence

        return divergence.contributions(self._data, request)

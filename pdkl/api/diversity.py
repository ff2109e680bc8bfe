"""How diverse columns are: the public method of measures of one distribution."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING, Any

from pdkl.api.base import Data
from pdkl.core.measures.catalogue import find_all
from pdkl.core.measures.estimators import estimated
from pdkl.core.measures.measure import Measure
from pdkl.request.keywords import Request

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from pdkl.core.counts.bin_edges import Binning
    from pdkl.request.types import Alphabet, Base, By, SmoothingRule


DEFAULT_MEASURES = ("perplexity", "normalized_entropy", "gini_simpson")


class DiversityMethods(Data):
    """The method of `InfoTheory` that measures one distribution in several ways."""

    def diversity(
        self,
        columns: Hashable | list[Any] | None = None,
        *,
        exclude: Hashable | list[Any] | None = None,
        measures: Iterable[str | tuple[str, float] | Measure] = DEFAULT_MEASURES,
        by: By | None = None,
        weights: Hashable | None = None,
        base: Base = "nat",
        dropna: bool = True,
        alphabet: Alphabet = "observed",
        smoothing: SmoothingRule | None = None,
        bins: Any = None,
        binning: Binning | None = None,
        estimator: str = "plugin",
        confidence: float | None = None,
        blocks: Hashable | None = None,
        n_resamples: int | None = None,
        rng: int | np.random.Generator | None = None,
        progress: bool = True,
    ) -> pd.DataFrame:
        """Measure how diverse each column is, in each group, by measures of one distribution.

        ``("hill_number", a)``, (sum p^a)^(1 / (1 - a)) for an order a of at least 0, says how many
        equally frequent categories would be as diverse: of order 0 all that occur
        (``"richness"``), of order 1 exp H (``"perplexity"``), of order 2 the inverse of Simpson's
        sum p^2, of order ``math.inf`` 1 / max p. Its logarithm is ``("renyi_entropy", a)``, which
        is Hartley's, Shannon's, the collision and the min-entropy at these orders.
        ``("tsallis_entropy", a)``, (1 - sum p^a) / (a - 1), has no unit: it is ``richness - 1`` at
        order 0, H in nats at 1, ``gini_simpson`` at 2, and 0 at ``math.inf``. ``"gini_simpson"``,
        1 - sum p^2, also called Blau's index, is the chance that two draws differ;
        ``"berger_parker"`` is the share of the most frequent category, ``"normalized_entropy"`` is
        Pielou's evenness where the whole alphabet occurs, which is that of all groups together.
        `pdkl.measures` lists them all.

        Parameters
        ----------
        columns : label, tuple of labels, or list of these, optional
            The columns to measure. A tuple that is no column's name is these columns together.
        exclude : label or list of labels, optional
            The columns to leave out: of all where none is named, else of those that are.
        measures : iterable of str, (str, order) or Measure
            Names of `pdkl.measures` that are one-sided; with an order where it takes one, such as
            ``("hill_number", 2)``, whose column is ``hill_number(2)``; or records of your own.
        by : label, pandas.Grouper, pdkl.Rolling or list of these, optional
            What makes the groups; of a `pdkl.Rolling`, windows that overlap.
        weights : label, optional
            The column of row weights or counts.
        base : {"nat", "bit", "dit"} or number above 1
            The base of the logarithm.
        dropna : bool
            Whether missing values are left out, or a category.
        alphabet : {"observed", "declared"} or int
            The categories that smoothing and normalized_entropy reach.
        smoothing : {"laplace", "jeffreys", "perks"} or number above 0, optional
            The pseudo-count of every category of the alphabet.
        bins : int, str, sequence of edges, or mapping of these by column, optional
            How columns of numbers, times and durations are cut into categories.
        binning : {"quantile", "width"}, optional
            Whether a number of bins have equal shares, or equal widths, as by default.
        estimator : str
            How entropy is estimated from counts, a name of `pdkl.estimators`, where all measures
            follow from it: entropy, perplexity, normalized_entropy and order 1. All but
            ``"plugin"`` correct the bias of small samples; some use the size of the alphabet, and
            some may leave the bounds of the measure.
        confidence : float in (0, 1), optional
            Add ``<measure>_low`` and ``<measure>_high``, an interval of this confidence.
        blocks : label, optional
            A column whose values say which rows move together when a comparison is drawn again.
        n_resamples : int, optional
            Draw each comparison again so many times, in place of the closed form. What has none is
            drawn 199 times by default.
        rng : int or numpy.random.Generator, optional
            The seed of draws, which is of no matter to a closed form.
        progress : bool
            Whether long work shows a bar, where rich is installed.

        Returns
        -------
        pandas.DataFrame
            A row per group and column: the keys of ``by``, ``column`` (str), ``n`` and
            ``n_missing`` (int64, or float64 for fractional weights), ``categories`` (int64, how
            many occur), a column for each measure (float64, in ``unit`` where it has one; NaN where
            n is 0), ``unit`` (str).

        Raises
        ------
        KeyError
            A column does not exist.
        TypeError
            A keyword is of the wrong kind, or cells cannot be hashed.
        ValueError
            As in `entropy`; also an unknown measure or order, a measure that compares two
            distributions, and an ``estimator`` for measures that do not follow from entropy.

        Notes
        -----
        Intervals of orders above 4, other than ``math.inf``, are drawn: powers of shares are too
        skew for their moments.

        References
        ----------
        Hill, M. O. (1973). Diversity and evenness: a unifying notation and its consequences.
        Ecology 54, 427-432. Jost, L. (2006). Entropy and diversity. Oikos 113, 363-375. Renyi, A.
        (1961). On measures of entropy and information. Proc. Fourth Berkeley Symposium 1, 547-561.

        Examples
        --------
        >>> import pandas as pd
        >>> import pdkl
        >>> df = pd.DataFrame({"team": list("aaaabbbb"), "field": list("uuuvuvwx")})
        >>> result = df.info_theory.diversity(
        ...     "field", by="team", measures=["richness", ("hill_number", 2), "gini_simpson"]
        ... )
        >>> result.drop(columns=["n", "n_missing", "categories"])
          team column  richness  hill_number(2)  gini_simpson unit
        0    a  field       2.0             1.6         0.375  nat
        1    b  field       4.0             4.0         0.750  nat
        """
        request = Request(
            method="diversity",
            two_sided=False,
            measures=estimated(find_all("measures", measures, one_sided=True), estimator),
            columns=columns,
            exclude=exclude,
            by=by,
            weights=weights,
            base=base,
            dropna=dropna,
            alphabet=alphabet,
            smoothing=smoothing,
            bins=bins,
            binning=binning,
            estimator=estimator,
            confidence=confidence,
            blocks=blocks,
            n_resamples=n_resamples,
            rng=rng,
            progress=progress,
        )
        from pdkl.analyses import divergence

        return divergence.measure(self._data, request)

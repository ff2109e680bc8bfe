"""What it costs to expect something else: the public methods of cross entropy."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any, Literal

from pdkl.api.base import Data
from pdkl.core.measures.catalogue import find_all
from pdkl.request.keywords import Request

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from pdkl.core.counts.bin_edges import Binning
    from pdkl.request.types import Against, Alphabet, Base, By, SmoothingRule, Zeros


class CrossEntropyMethods(Data):
    """The methods of `InfoTheory` that average surprise, of columns and of predictions."""

    def cross_entropy(
        self,
        p: Hashable | list[Any] | None = None,
        q: Hashable | list[Any] | None = None,
        *,
        exclude: Hashable | list[Any] | None = None,
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
        confidence: float | None = None,
        test: bool | Literal["permutation"] = False,
        blocks: Hashable | None = None,
        n_resamples: int | None = None,
        rng: int | np.random.Generator | None = None,
        progress: bool = True,
    ) -> pd.DataFrame:
        """Measure the mean surprisal at P of someone who expects Q.

        H(P, Q) = -sum_x p(x) log q(x) = H(P) + KL(P || Q). It is infinite where P has a category
        that Q lacks.

        Parameters
        ----------
        p : label, tuple of labels, or list of these, optional
            The columns to measure. A tuple that is no column's name is these columns together.
        q : label, tuple of labels, or list of these, optional
            The columns to compare them with, one for each of ``p``, or one for all.
        exclude : label or list of labels, optional
            The columns to leave out: of all where none is named, else of those that are.
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
            What a category does that P has and Q lacks.
        smoothing : {"laplace", "jeffreys", "perks"} or number above 0, optional
            The pseudo-count of every category of the alphabet.
        bins : int, str, sequence of edges, or mapping of these by column, optional
            How columns of numbers, times and durations are cut into categories.
        binning : {"quantile", "width"}, optional
            Whether a number of bins have equal shares, as by default, or equal widths.
        confidence : float in (0, 1), optional
            Add ``<measure>_low`` and ``<measure>_high``, an interval of this confidence.
        test : bool or "permutation"
            Add ``<measure>_excess`` and ``<measure>_noise_floor``, ``p_value`` and ``p_adjusted``.
            Rows of a `pdkl.Rolling` overlap; what that means is said there.
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
            A row per group and column: the keys of ``by``, ``column``, ``reference`` (str),
            ``<key>_reference`` where groups meet groups, ``n``, ``n_reference``, ``n_missing``,
            ``n_missing_reference`` (int64, or float64 for fractional weights; NA for a fixed Q),
            ``categories`` (int64), ``unseen``, ``vanished`` (float64, shares),
            ``cross_entropy`` (float64, in ``unit``), ``unit`` (str).

        Raises
        ------
        KeyError
            A column does not exist in the frame or the reference.
        TypeError
            Not exactly one of ``q``, ``reference``, ``against``; a keyword of the wrong kind;
            cells that cannot be hashed; two sides whose values can never be equal.
        ValueError
            A keyword out of its range; weights that are negative, missing or infinite; an unknown
            group label; a reference frame without a group in common; ``zeros="raise"`` and a
            category that Q lacks; a key with the name of a result column.

        References
        ----------
        Cover, T. M. and Thomas, J. A. (2006). Elements of Information Theory, 2nd edition.
        Wiley. Section 5.4.

        Examples
        --------
        A die that shows 1 half of the time, for someone who expects a fair one:

        >>> import pandas as pd
        >>> import pdkl
        >>> die = pd.DataFrame({"face": [1, 2, 3, 4, 5, 6], "count": [5, 1, 1, 1, 1, 1]})
        >>> result = die.info_theory.cross_entropy(
        ...     "face", weights="count", against="uniform", base="bit"
        ... )
        >>> result[["column", "n", "categories", "cross_entropy", "unit"]]
          column   n  categories  cross_entropy unit
        0   face  10           6       2.584963  bit
        """
        request = Request(
            method="cross_entropy",
            two_sided=True,
            measures=find_all("measures", "cross_entropy"),
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
            confidence=confidence,
            test=test,
            blocks=blocks,
            n_resamples=n_resamples,
            rng=rng,
            progress=progress,
        )
        from pdkl.analyses import divergence

        return divergence.measure(self._data, request)

    def binary_cross_entropy(
        self,
        target: Hashable,
        prediction: Hashable | list[Any],
        *,
        by: By | None = None,
        weights: Hashable | None = None,
        base: Base = "nat",
        clip: float = 0.0,
    ) -> pd.DataFrame:
        """Average the surprisal of a yes-or-no target under predicted probabilities.

        -[y log x + (1 - y) log(1 - x)] for each row, with 0 log 0 = 0: nothing where a certain
        prediction is right, infinite where it is wrong.

        Parameters
        ----------
        target : label
            A column of 0 and 1, of booleans, or of probabilities (a soft target).
        prediction : label or list of labels
            The column of the predicted probability of 1; several give a row each.
        by : label, pandas.Grouper, pdkl.Rolling or list of these, optional
            What makes the groups; of a `pdkl.Rolling`, windows that overlap.
        weights : label, optional
            The column of row weights or counts.
        base : {"nat", "bit", "dit"} or number above 1
            The base of the logarithm.
        clip : float in [0, 0.5)
            Predictions are kept within [clip, 1 - clip]. 0 leaves them as they are.

        Returns
        -------
        pandas.DataFrame
            A row per group and prediction: the keys of ``by``, ``column`` (str, the target),
            ``prediction`` (str), ``n``, ``n_missing`` (int64, or float64 for fractional weights;
            a row that lacks its target or prediction is missing), ``binary_cross_entropy``
            (float64, in ``unit``), ``unit`` (str).

        Raises
        ------
        KeyError
            A column does not exist.
        TypeError
            Target or prediction are not numbers or booleans.
        ValueError
            Values outside [0, 1], ``clip`` outside [0, 0.5), or bad weights.

        References
        ----------
        Good, I. J. (1952). Rational decisions. Journal of the Royal Statistical Society B 14,
        107-114.

        Examples
        --------
        >>> import pandas as pd
        >>> import pdkl
        >>> df = pd.DataFrame({"y": [1, 0, 1, 0], "x": [0.5, 0.25, 0.5, 0.5]})
        >>> df.info_theory.binary_cross_entropy("y", "x", base="bit")
          column prediction  n  n_missing  binary_cross_entropy unit
        0      y          x  4          0              0.853759  bit
        """
        request = Request(
            method="binary_cross_entropy", two_sided=False, by=by, weights=weights, base=base
        )
        from pdkl.analyses import log_loss

        return log_loss.binary_cross_entropy(self._data, request, target, prediction, clip=clip)

    def categorical_cross_entropy(
        self,
        target: Hashable,
        predictions: Mapping[Any, Hashable],
        *,
        by: By | None = None,
        weights: Hashable | None = None,
        base: Base = "nat",
        clip: float = 0.0,
    ) -> pd.DataFrame:
        """Average the surprisal of labels under predicted probabilities.

        -log x for each row, x being the probability that was predicted for the label that occurred.

        Parameters
        ----------
        target : label
            The column of true labels, of any dtype.
        predictions : mapping {label: column}
            The column of the predicted probability of each label. In each complete row they must
            sum to 1, to within 1e-6.
        by : label, pandas.Grouper, pdkl.Rolling or list of these, optional
            What makes the groups; of a `pdkl.Rolling`, windows that overlap.
        weights : label, optional
            The column of row weights or counts.
        base : {"nat", "bit", "dit"} or number above 1
            The base of the logarithm.
        clip : float in [0, 0.5)
            Predictions are kept within [clip, 1 - clip], without renormalising them. 0 leaves them
            as they are.

        Returns
        -------
        pandas.DataFrame
            A row per group: the keys of ``by``, ``column`` (str, the target), ``n``, ``n_missing``
            (int64, or float64 for fractional weights; a row that lacks its target or any
            prediction is missing), ``categorical_cross_entropy`` (float64, in ``unit``), ``unit``
            (str).

        Raises
        ------
        KeyError
            A column does not exist.
        TypeError
            ``predictions`` is not a mapping, predictions are not numbers, or its labels can never
            be equal to those of the target.
        ValueError
            A label without a prediction, values outside [0, 1], rows that do not sum to 1,
            ``clip`` outside [0, 0.5), or bad weights.

        References
        ----------
        Good, I. J. (1952). Rational decisions. Journal of the Royal Statistical Society B 14,
        107-114.

        Examples
        --------
        >>> import pandas as pd
        >>> import pdkl
        >>> df = pd.DataFrame({"y": ["cat", "dog"], "p_cat": [0.5, 0.75], "p_dog": [0.5, 0.25]})
        >>> df.info_theory.categorical_cross_entropy(
        ...     "y", {"cat": "p_cat", "dog": "p_dog"}, base="bit"
        ... )
          column  n  n_missing  categorical_cross_entropy unit
        0      y  2          0                        1.5  bit
        """
        request = Request(
            method="categorical_cross_entropy", two_sided=False, by=by, weights=weights, base=base
        )
        from pdkl.analyses import log_loss

        return log_loss.categorical_cross_entropy(
            self._data, request, target, predictions, clip=clip
        )

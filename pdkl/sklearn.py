"""Choose the features that tell of a target: a selector for pipelines of scikit-learn."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from numbers import Integral
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

try:
    from sklearn.base import BaseEstimator
    from sklearn.feature_selection import SelectorMixin
    from sklearn.utils import (
        assert_all_finite,
        check_array,
        check_consistent_length,
        column_or_1d,
    )
    from sklearn.utils.validation import check_is_fitted, validate_data
except ModuleNotFoundError as error:
    raise ImportError(
        "pdkl.sklearn needs scikit-learn. Install it with: pip install 'pdkl[sklearn]'"
    ) from error

from pdkl.api.frame import InfoTheory
from pdkl.codes.intervals import cut_by, read_bins
from pdkl.codes.scales import may_be_scaled
from pdkl.core.numerics.exact import FloatArray
from pdkl.core.validation import number_in, require_columns
from pdkl.counting.kind_facts import Values

__all__ = ["InformationSelector"]

_MEASURE = "mutual_information"
_SCORE = f"{_MEASURE}_excess"
_BINS = 10  # of what bins leaves open


class InformationSelector(SelectorMixin, BaseEstimator):  # type: ignore[misc]
    """Select the features that tell more of the target than chance would.

    The score of a feature is its mutual information with the target, less what independent columns
    of the same values have on average: an id, which determines all, has a score of 0. Features are
    categories of any dtype, or numbers and times that are cut into bins; a missing value is a
    category, since that it is missing may tell something. Nothing is drawn: the same data give the
    same selection. Each feature is judged by itself, so that of two that tell the same both are
    selected.

    Parameters
    ----------
    n_features : int or float in (0, 1), optional
        Select at most so many features, or this share of them, rounded down but at least one: those
        of the highest scores.
    alpha : float in (0, 1), optional
        Select only features whose adjusted p-value is below it, so that on average no more than
        this share of what is selected is there by chance. None leaves the choice to ``n_features``,
        which then is the number selected, and without that selects all.
    bins : int, str, sequence of edges, or mapping of these by column, optional
        How features of numbers, times and durations are cut into categories, a number of bins at
        quantiles. Numbers of at most 20 different values that have 5 rows each on average are
        categories as they are. A mapping cuts its columns whatever they hold, or takes them value
        by value where it says None, and cuts others into 10 bins; its keys are those of
        ``feature_names_in_``, or "x0", "x1", … where that is lacking. None takes all value by
        value, as is right for codes of many categories.
    discrete_target : "auto" or bool
        Whether the target is taken value by value, or cut as ``bins`` says, into 10 bins where that
        is not one number or rule. "auto" cuts numbers and times, but for few numbers, as for
        features.

    Attributes
    ----------
    scores_ : ndarray of shape (n_features,)
        The mutual information with the target in excess of chance, in nats.
    pvalues_ : ndarray of shape (n_features,)
        The probability of as much mutual information by chance.
    p_adjusted_ : ndarray of shape (n_features,)
        The same by Benjamini and Hochberg over all features.
    support_ : ndarray of shape (n_features,)
        Which features are selected.
    discrete_target_ : bool
        Whether the target was taken value by value.
    information_ : pandas.DataFrame
        A row for each feature, as `InfoTheory.mutual_information` gives it, in the order of the
        features; ``attrs["pdkl"]`` says how columns were cut and p-values found.
    n_features_in_ : int
        The number of features seen by ``fit``.
    feature_names_in_ : ndarray of shape (n_features,)
        Their names, where all are text.

    See Also
    --------
    InfoTheory.mutual_information : Ask how much columns of a frame tell of each other.

    Notes
    -----
    What two features tell together, or tell again of what another has told, is not looked at.
    `InfoTheory.mutual_information` has ``given=`` for that.

    References
    ----------
    Benjamini, Y. and Hochberg, Y. (1995). Controlling the false discovery rate: a practical and
    powerful approach to multiple testing. Journal of the Royal Statistical Society B 57, 289-300.
    Vinh, N. X., Epps, J. and Bailey, J. (2010). Information theoretic measures for clusterings
    comparison: variants, properties, normalization and correction for chance. Journal of Machine
    Learning Research 11, 2837-2854.

    Examples
    --------
    >>> import pandas as pd
    >>> from pdkl.sklearn import InformationSelector
    >>> X = pd.DataFrame({
    ...     "order": [f"no. {i}" for i in range(40)],
    ...     "carrier": ["AA", "B6"] * 20,
    ...     "delay": range(40),
    ... })
    >>> late = ["no"] * 20 + ["yes"] * 20
    >>> selector = InformationSelector().set_output(transform="pandas")
    >>> selector.fit_transform(X, late).head(2)
       delay
    0      0
    1      1
    >>> selector.information_[["x", "mutual_information", "mutual_information_excess"]].round(3)
             x  mutual_information  mutual_information_excess
    0    order               0.693                      0.000
    1  carrier               0.000                     -0.013
    2    delay               0.693                      0.554
    """

    def __init__(
        self,
        n_features: float | None = None,
        *,
        alpha: float | None = 0.05,
        bins: Any = 10,
        discrete_target: bool | Literal["auto"] = "auto",
    ) -> None:
        self.n_features = n_features
        self.alpha = alpha
        self.bins = bins
        self.discrete_target = discrete_target

    def fit(self, X: Any, y: Any = None) -> Self:
        """Measure what each feature tells of the target.

        Parameters
        ----------
        X : DataFrame or array of shape (n_samples, n_features)
            The features. Missing values are welcome.
        y : Series or array of shape (n_samples,)
            The target.

        Returns
        -------
        InformationSelector
            The selector itself.

        Raises
        ------
        TypeError
            A parameter is of the wrong kind, X is sparse, cells cannot be hashed, or bins are
            for columns that hold neither numbers nor times.
        ValueError
            A parameter is out of its range, y is left out, has missing values or more than one
            column, or X and y do not have the same number of rows, or have none.
        """
        most, alpha = _read_number(self.n_features), _read_alpha(self.alpha)
        features = self._features(X)
        target = _target(y)
        check_consistent_length(features, target)
        names, outcome = list(features.columns), _unlike(getattr(y, "name", None), features)
        bins = _rules(self.bins, features)
        self.discrete_target_ = _is_discrete(self.discrete_target, target)
        if not self.discrete_target_:
            bins[outcome] = self.bins if isinstance(self.bins, str | Integral) else _BINS
        frame = pd.concat([features, pd.DataFrame({outcome: target.array})], axis="columns")
        self.information_ = InfoTheory(frame).mutual_information(
            *(names, [outcome] * len(names)), dropna=False, bins=bins or None, test=True
        )
        self.scores_: FloatArray = self.information_[_SCORE].to_numpy()
        self.pvalues_: FloatArray = self.information_["p_value"].to_numpy()
        self.p_adjusted_: FloatArray = self.information_["p_adjusted"].to_numpy()
        self.support_ = self.p_adjusted_ < (np.inf if alpha is None else alpha)
        if most is not None:
            number = most if isinstance(most, int) else max(int(most * len(names)), 1)
            falling = np.argsort(-np.where(self.support_, self.scores_, -np.inf), kind="stable")
            self.support_[falling[number:]] = False
        return self

    def inverse_transform(self, X: Any) -> NDArray[Any]:
        """Put selected features back where they were.

        Parameters
        ----------
        X : DataFrame or array of shape (n_samples, n_selected_features)
            The selected features.

        Returns
        -------
        ndarray of shape (n_samples, n_features)
            ``X`` with columns of zeros where features were left out.

        Raises
        ------
        ValueError
            X has another number of columns than were selected.
        """
        support = self.get_support()
        # unlike that of the mixin, it lets missing values pass, as transform does
        selected = check_array(
            X, dtype=None, ensure_all_finite=False, ensure_min_features=0, input_name="X"
        )
        if selected.shape[1] != support.sum():
            raise ValueError(
                f"X must have the {support.sum()} selected features; got {selected.shape[1]}."
            )
        whole = np.zeros((len(selected), len(support)), dtype=selected.dtype)
        whole[:, support] = selected
        return whole

    def __sklearn_tags__(self) -> Any:
        """Say what data the selector takes."""
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        tags.input_tags.string = True
        return tags

    def _get_support_mask(self) -> NDArray[np.bool_]:
        check_is_fitted(self)
        return np.asarray(self.support_)

    def _features(self, X: Any) -> pd.DataFrame:
        """Check the features, and return them as a frame of their own whose columns are text."""
        if isinstance(X, pd.DataFrame):  # an array of all would lose the dtypes
            validate_data(self, X, skip_check_array=True)
            if 0 in X.shape:
                raise ValueError(f"X must have rows and features; got shape={X.shape}.")
            frame = X.reset_index(drop=True)
        else:
            values = validate_data(self, X, dtype=None, ensure_all_finite=False)
            frame = pd.DataFrame(np.asfortranarray(values)).infer_objects()
        named = getattr(self, "feature_names_in_", None)
        frame.columns = pd.Index(
            [f"x{i}" for i in range(frame.shape[1])] if named is None else named
        )
        return frame


def _target(y: Any) -> pd.Series[Any]:
    """Check the target."""
    if y is None:
        raise ValueError(
            "InformationSelector requires y to be passed, but the target y is None. Pass a value "
            "for each row of X."
        )
    if isinstance(y, pd.Series | pd.Index | pd.api.extensions.ExtensionArray):
        target = pd.Series(y)  # an array would lose declared levels
    else:
        target = pd.Series(column_or_1d(y, warn=True)).infer_objects()
    if missing := int(target.isna().sum()):
        raise ValueError(
            f"y must have a value for each row of X; {missing:,} of {len(target):,} are missing. "
            "Leave these rows out of X and y, or give them a class of their own."
        )
    assert_all_finite(target, input_name="y")
    return target


def _is_discrete(asked: Any, target: pd.Series[Any]) -> bool:
    """Tell whether the target is taken value by value."""
    scaled = may_be_scaled(target)
    if isinstance(asked, str) and asked == "auto":
        return not scaled or Values(target, None).are_few
    if not isinstance(asked, bool | np.bool_):
        raise TypeError(f"discrete_target must be 'auto', True or False; got {asked!r}.")
    if not asked and not scaled:
        raise TypeError(
            "discrete_target=False cuts numbers and times into bins; y holds "
            f"{target.dtype}. Leave it out, or convert y with pd.to_numeric or pd.to_datetime."
        )
    return bool(asked)


def _rules(bins: Any, features: pd.DataFrame) -> dict[Hashable, Any]:
    """Return how each feature that is cut is cut."""
    named, common = ({}, bins) if not isinstance(bins, Mapping) else (bins, _BINS)
    require_columns("bins", named, list(features.columns), frame="X")
    rules = {name: rule for name, rule in named.items() if rule is not None}
    if common is not None:
        read_bins("bins", common)
        found = [name for name in cut_by(common, features) if name not in named]
        rules |= {name: common for name in found if not Values(features[name], None).are_few}
    return rules


def _unlike(name: Any, features: pd.DataFrame) -> str:
    """Return what the target is called, which no feature is."""
    called = name if isinstance(name, str) else "y"
    while called in features.columns:
        called += "_"
    return called


def _read_alpha(value: Any) -> float | None:
    if value is None:
        return None
    return number_in("alpha", value, 0.0, 1.0, "a number above 0 and below 1, or None")


def _read_number(value: Any) -> int | float | None:
    allowed = "a number of features from 1, a share of them above 0 and below 1, or None"
    if value is None:
        return None
    if isinstance(value, Integral) and not isinstance(value, bool):
        number = int(value)
        if number < 1:
            raise ValueError(f"n_features must be {allowed}; got {value!r}.")
        return number
    return number_in("n_features", value, 0.0, 1.0, allowed)

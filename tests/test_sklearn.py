"""The selector of scikit-learn: what it selects, and that it is one of them."""

from __future__ import annotations

import pickle
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy.sparse import csr_array
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import DataConversionWarning, NotFittedError
from sklearn.feature_selection import SelectorMixin
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import mutual_info_score
from sklearn.metrics.cluster import contingency_matrix, expected_mutual_information
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.utils.estimator_checks import parametrize_with_checks

import pdkl
from pdkl.core.validation import ColumnNotFoundError
from pdkl.sklearn import InformationSelector

ROWS = 400
NUMBER = "a number of features from 1, a share of them above 0 and below 1, or None"


def data() -> tuple[pd.DataFrame, pd.Series[str]]:
    """Make features of every kind, of which those called "tells" tell of the target."""
    rng = np.random.default_rng(3)
    y = pd.Series(rng.choice(["dog", "cat", "cow"], ROWS), name="animal")
    lion = (y == "cat").to_numpy()
    columns = {
        "tells": np.where(rng.random(ROWS) < 0.7, y, "fox"),
        "tells level": pd.Categorical(y.where(rng.random(ROWS) < 0.5)),
        "tells number": rng.normal(size=ROWS) + lion,
        "tells by missing": np.where(lion, np.nan, rng.normal(size=ROWS)),
        "tells time": pd.Timestamp("2020-02-01")
        + pd.to_timedelta(lion * 900 + np.arange(ROWS), "D"),
        "tells bool": lion ^ (rng.random(ROWS) < 0.3),
        "id": [f"no. {i}" for i in range(ROWS)],
        "noise": rng.choice(list("pqrs"), ROWS),
        "noise number": rng.normal(size=ROWS),
        "one": "x",
        "nothing": np.nan,
    }
    return pd.DataFrame(columns), y


@pytest.mark.filterwarnings("ignore:No features were selected")
@parametrize_with_checks(  # type: ignore[untyped-decorator]
    [InformationSelector(), InformationSelector(2, alpha=None, bins=None)]
)
def test_it_is_an_estimator(estimator: Any, check: Callable[[Any], None]) -> None:
    check(estimator)


def test_it_selects_what_tells() -> None:
    X, y = data()
    before, target = X.copy(), y.copy()
    selector = InformationSelector().fit(X, y)
    wanted = [str(name).startswith("tells") for name in X]
    assert selector.get_support().tolist() == wanted
    assert selector.get_support(indices=True).tolist() == np.flatnonzero(wanted).tolist()
    assert selector.get_feature_names_out().tolist() == list(X.columns[wanted])
    pd.testing.assert_frame_equal(X, before)
    pd.testing.assert_series_equal(y, target)


def test_scores_are_those_of_mutual_information() -> None:
    X, y = data()
    names = ["tells", "tells level", "id", "noise"]
    selector = InformationSelector().fit(X[names], y)
    ask = pdkl.InfoTheory(X.assign(animal=y)).mutual_information
    expected = ask(names, ["animal"] * 4, dropna=False, test=True)
    pd.testing.assert_frame_equal(selector.information_, expected)
    for name, score in zip(names, selector.scores_, strict=True):
        x = X[name].astype(object).fillna("missing")
        chance = expected_mutual_information(contingency_matrix(x, y, sparse=True), ROWS)
        assert score == pytest.approx(mutual_info_score(x, y) - chance, abs=1e-9)


def test_attributes() -> None:
    X, y = data()
    selector = InformationSelector().fit(X, y)
    frame = selector.information_
    assert frame["x"].tolist() == list(X)
    assert set(frame["y"]) == {"animal"}
    assert selector.scores_.tolist() == frame["mutual_information_excess"].tolist()
    assert selector.pvalues_.tolist() == frame["p_value"].tolist()
    assert selector.p_adjusted_.tolist() == frame["p_adjusted"].tolist()
    assert selector.support_.tolist() == (frame["p_adjusted"] < 0.05).tolist()
    assert selector.n_features_in_ == X.shape[1]
    assert selector.feature_names_in_.tolist() == list(X)
    assert selector.discrete_target_
    assert isinstance(selector, SelectorMixin)
    settings = frame.attrs["pdkl"]
    assert settings["dropna"] is False
    numbers = ("tells number", "tells by missing", "tells time", "noise number")
    assert settings["bins"] == str(dict.fromkeys(numbers, 10))


def test_numbers_are_cut_at_quantiles() -> None:
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=1000), rng.integers(0, 3, 1000)
    selector = InformationSelector(bins=4).fit(x[:, None], y)
    cut = pd.qcut(x, 4, labels=False)
    chance = expected_mutual_information(contingency_matrix(cut, y, sparse=True), 1000)
    assert selector.scores_[0] == pytest.approx(mutual_info_score(cut, y) - chance, abs=1e-9)
    assert selector.information_["categories"].tolist() == [12]


def test_codes_of_categories_stay_as_they_are() -> None:
    rng = np.random.default_rng(2)
    few, many = rng.integers(0, 20, 2000), rng.integers(0, 40, 2000)
    X = np.column_stack([few, many, rng.normal(size=2000), many * 100, few * 1e6, few / 3])
    y = many % 2

    def categories(bins: Any) -> list[int]:
        return InformationSelector(bins=bins).fit(X, y).information_["categories"].tolist()

    assert categories(10) == [40, 20, 20, 20, 40, 40]
    assert categories({"x1": None, "x2": 5}) == [40, 40, 10, 20, 40, 40]
    assert categories({}) == categories(10)
    assert categories({"x0": 4}) == [8, 20, 20, 20, 40, 40]
    assert categories(None) == [40, 40, 2000, 40, 40, 40]
    assert InformationSelector(bins=None).fit(X, y).scores_[1] == pytest.approx(0.69, abs=0.01)
    assert InformationSelector().fit(X, y).scores_[1] < 0.01  # neighbours share a bin


@pytest.mark.parametrize(
    ("target", "discrete"),
    [
        (np.arange(ROWS) % 20, True),
        (np.arange(ROWS) % 21, False),
        (np.arange(ROWS) / 7, False),
        (np.arange(ROWS) % 2 * 0.5, True),
        (np.arange(ROWS) % 2 == 0, True),
        (pd.date_range("2020", periods=ROWS), False),
        (pd.Categorical(np.arange(ROWS) % 90), True),
        ([f"class {i % 90}" for i in range(ROWS)], True),
    ],
    ids=["20 numbers", "21 numbers", "floats", "two floats", "bool", "times", "levels", "text"],
)
def test_the_target_is_discrete_where_it_shows(target: Any, discrete: bool) -> None:
    X = pd.DataFrame({"same": target, "noise": np.arange(ROWS) // 2 % 5})
    selector = InformationSelector().fit(X, target)
    assert selector.discrete_target_ is discrete
    assert ("'y': 10" in str(selector.information_.attrs["pdkl"].get("bins"))) is not discrete
    assert selector.get_feature_names_out()[0] == "same"
    assert np.isfinite(selector.scores_).all()


def test_the_target_may_be_said_to_be_discrete() -> None:
    y = np.arange(ROWS) % 40
    X = pd.DataFrame({"parity": np.where(y % 2, "odd", "even"), "low": y < 20})
    one = InformationSelector(discrete_target=True).fit(X, y)
    other = InformationSelector(discrete_target=False, bins="sqrt").fit(X, y)
    assert one.information_["categories"].tolist() == [40, 40]
    assert other.information_["categories"].tolist() == [40, 20]
    assert "'y': 'sqrt'" in other.information_.attrs["pdkl"]["bins"]
    assert InformationSelector().fit(X, y).scores_[0] < 0.02 < one.scores_[0]


def test_how_many_are_selected() -> None:
    X, y = data()
    scores = InformationSelector().fit(X, y).scores_

    def number(n_features: Any, **keywords: Any) -> int:
        selector = InformationSelector(n_features, **keywords).fit(X, y)
        kept = selector.get_support()
        assert min(scores[kept]) >= max(scores[~kept & (selector.p_adjusted_ < 0.05)], default=-1)
        return int(kept.sum())

    assert number(3) == 3
    assert number(100) == 6  # no more tell anything
    assert number(0.3) == 3  # of 11
    assert number(0.01) == 1
    assert number(np.int64(2)) == 2
    assert number(9, alpha=None) == 9
    assert number(None, alpha=None) == 11


def test_of_noise_hardly_anything_is_selected() -> None:
    rng = np.random.default_rng(5)
    X, y = rng.integers(0, 30, (300, 500)), rng.integers(0, 2, 300)
    selector = InformationSelector(bins=None).fit(X, y)
    assert not selector.get_support().any()
    assert 0.03 < (selector.pvalues_ <= 0.05).mean() < 0.07
    assert abs(selector.scores_.mean()) < 0.001
    message = "No features were selected: either the data is too noisy or the selection test"
    with pytest.warns(UserWarning, match=message):
        assert selector.transform(X).shape == (300, 0)


@pytest.mark.filterwarnings("ignore:No features were selected")
def test_a_constant_target_tells_nothing() -> None:
    X, _ = data()
    selector = InformationSelector().set_output(transform="pandas").fit(X, np.zeros(ROWS))
    assert selector.scores_.tolist() == [0.0] * X.shape[1]
    assert selector.pvalues_.tolist() == [1.0] * X.shape[1]
    assert selector.transform(X).shape == (ROWS, 0)


def test_a_feature_that_is_the_target() -> None:
    X, y = data()
    selector = InformationSelector(1).fit(X.assign(animal=y, animal_="x"), y)
    assert selector.get_feature_names_out().tolist() == ["animal"]
    assert np.isfinite(selector.scores_).all()
    assert set(selector.information_["y"]) == {"animal__"}


def test_pandas_in_and_out() -> None:
    X, y = data()
    X.index = pd.Index(range(ROWS, 0, -1))  # which is no concern of it
    selector = InformationSelector().set_output(transform="pandas")
    found = selector.fit_transform(X, y)
    pd.testing.assert_frame_equal(found, X[selector.get_feature_names_out()])
    assert set(map(str, found.dtypes)) >= {"category", "float64", "bool"}
    plain = InformationSelector().fit(X, y).transform(X)
    assert isinstance(plain, np.ndarray)
    assert plain.shape == found.shape


def test_polars_in_and_out() -> None:
    X, y = data()
    frame = pl.from_pandas(X)
    selector = InformationSelector().set_output(transform="polars")
    found = selector.fit_transform(frame, y)
    expected = InformationSelector().fit(X, y)
    assert isinstance(found, pl.DataFrame)
    assert found.columns == expected.get_feature_names_out().tolist()
    np.testing.assert_allclose(selector.scores_, expected.scores_, atol=1e-12)


def test_arrays_and_lists() -> None:
    X, y = data()
    expected = InformationSelector().fit(X, y)
    for values in (X.to_numpy(dtype=object), X.to_numpy(dtype=object).tolist()):
        selector = InformationSelector().fit(values, y.tolist())
        np.testing.assert_allclose(selector.scores_, expected.scores_, atol=1e-12)
        assert selector.get_feature_names_out().tolist() == ["x0", "x1", "x2", "x3", "x4", "x5"]
        assert selector.information_["x"].tolist() == [f"x{i}" for i in range(11)]
    numbers = X.rename(columns=dict(zip(X, range(11), strict=True)))
    assert InformationSelector().fit(numbers, y).information_["x"][10] == "x10"


def test_inverse_transform() -> None:
    X, y = data()
    values = X.to_numpy(dtype=object)
    selector = InformationSelector().fit(values, y)
    back = selector.inverse_transform(selector.transform(values))
    kept = selector.get_support()
    pd.testing.assert_frame_equal(pd.DataFrame(back[:, kept]), pd.DataFrame(values[:, kept]))
    assert (back[:, ~kept] == 0).all()
    message = "X must have the 6 selected features; got 11."
    with pytest.raises(ValueError, match=re.escape(message)):
        selector.inverse_transform(values)


def test_in_pipelines_and_grids() -> None:
    X, y = data()
    X = X[["tells", "tells level", "id", "noise", "one"]]
    for steps in (
        make_pipeline(InformationSelector(), OneHotEncoder(), LogisticRegression()),
        make_pipeline(
            InformationSelector().set_output(transform="pandas"),
            ColumnTransformer([("codes", OneHotEncoder(), ["tells"])], remainder="drop"),
            LogisticRegression(),
        ),
        make_pipeline(
            ColumnTransformer(
                [("few", InformationSelector(1), ["tells", "tells level"]), ("no", "drop", ["id"])]
            ),
            OneHotEncoder(),
            LogisticRegression(),
        ),
    ):
        assert steps.fit(X, y).score(X, y) > 0.6
        assert clone(steps).get_params().keys() == steps.get_params().keys()
        again = pickle.loads(pickle.dumps(steps))
        assert (again.predict(X) == steps.predict(X)).all()
    grid = GridSearchCV(
        make_pipeline(InformationSelector(), OneHotEncoder(), LogisticRegression()),
        {"informationselector__n_features": [1, 2], "informationselector__alpha": [0.01, None]},
        cv=3,
        error_score="raise",
    ).fit(X, y)
    assert grid.best_params_["informationselector__n_features"] == 2


def test_bad_parameters() -> None:
    X, y = data()
    alpha = "alpha must be a number above 0 and below 1, or None; got"
    cases: list[tuple[dict[str, Any], type[Exception], str]] = [
        ({"n_features": 0}, ValueError, f"n_features must be {NUMBER}; got 0."),
        ({"n_features": 1.5}, ValueError, f"n_features must be {NUMBER}; got 1.5."),
        ({"n_features": True}, TypeError, f"n_features must be {NUMBER}; got True."),
        ({"n_features": "all"}, TypeError, f"n_features must be {NUMBER}; got 'all'."),
        ({"alpha": 1}, ValueError, f"{alpha} 1."),
        ({"alpha": "few"}, TypeError, f"{alpha} 'few'."),
        ({"bins": 0}, ValueError, "bins must be from 1 to 10000 bins; got 0."),
        (
            {"bins": {"tell": 3}},
            ColumnNotFoundError,
            f"bins names column 'tell', which X does not have. Did you mean 'tells'? Its columns "
            f"are {', '.join(map(repr, list(X)[:10]))} and 1 more.",
        ),
        (
            {"discrete_target": "yes"},
            TypeError,
            "discrete_target must be 'auto', True or False; got 'yes'.",
        ),
        (
            {"discrete_target": False},
            TypeError,
            f"discrete_target=False cuts numbers and times into bins; y holds {y.dtype}. Leave it "
            "out, or convert y with pd.to_numeric or pd.to_datetime.",
        ),
    ]
    for keywords, kind, message in cases:
        with pytest.raises(kind, match=f"^{re.escape(message)}$"):
            InformationSelector(**keywords).fit(X, y)


def test_bad_data() -> None:
    X, y = data()
    lacking = y.where(y != "cow")
    fit = InformationSelector().fit
    cases: list[tuple[Any, Any, str]] = [
        (
            X,
            lacking,
            f"y must have a value for each row of X; {lacking.isna().sum()} of 400 are missing. "
            "Leave these rows out of X and y, or give them a class of their own.",
        ),
        (
            X,
            None,
            "InformationSelector requires y to be passed, but the target y is None. Pass a value "
            "for each row of X.",
        ),
        (X.iloc[:0], [], "X must have rows and features; got shape=(0, 11)."),
        (X[[]], y, "X must have rows and features; got shape=(400, 0)."),
        (X, y[:-1], "Found input variables with inconsistent numbers of samples: [400, 399]"),
        (X, X[["one", "id"]], "y should be a 1d array, got an array of shape (400, 2) instead."),
    ]
    for features, target, message in cases:
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            fit(features, target)
    with pytest.raises(TypeError, match=r"^Sparse data was passed.*Use '\.toarray\(\)'"):
        fit(csr_array(np.eye(4)), range(4))
    with pytest.raises(TypeError, match=r"^column 'a' .* holds values that cannot be counted"):
        fit(pd.DataFrame({"a": [[1], [2]]}), [0, 1])
    with pytest.warns(DataConversionWarning, match="A column-vector y was passed"):
        assert fit(X, y.to_frame()).get_support().sum() == 6


def test_other_columns_than_it_has_seen() -> None:
    X, y = data()
    selector = InformationSelector().fit(X, y)
    with pytest.raises(ValueError, match="The feature names should match those that were passed"):
        selector.transform(X.rename(columns={"tells": "told"}))
    with pytest.raises(ValueError, match="X has 3 features, but InformationSelector is expecting"):
        InformationSelector().fit(np.eye(9), range(9)).transform(np.eye(3))
    with pytest.raises(NotFittedError):
        InformationSelector().get_support()


def test_frames_of_many_blocks() -> None:
    X, y = data()
    columns = {f"more {i}": np.arange(ROWS) % 7 for i in range(120)}
    X = pd.DataFrame({**columns, "tells": X["tells"]}, copy=False)  # pandas warns of one more
    assert InformationSelector().fit(X, y).get_feature_names_out().tolist() == ["tells"]

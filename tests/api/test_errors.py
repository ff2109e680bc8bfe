"""Bad input: the whole message of each error, and that nothing changes the frame."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest

import pdkl
from pdkl import ColumnNotFoundError, InfoTheory, SeriesInfoTheory

DATA = pd.DataFrame(
    {
        "shop": ["x", "x", "y", "y", "y", None],
        "fruit": ["fig", "kiwi", "fig", "fig", None, "plum"],
        "other": ["fig", "fig", "kiwi", "kiwi", "fig", "fig"],
        "size": [1, 2, 3, 4, 5, 6],
        "yes": [1, 0, 1, 0, 1, 0],
        "chance": [0.5, 0.5, 0.5, 0.5, 0.5, 0.5],
    }
).astype({"shop": object, "fruit": object, "other": object})
NAMES = "'shop', 'fruit', 'other', 'size', 'yes', 'chance'"
FORMS = """The forms are:
  q="other_column"                 another column of the same frame
  reference=other_frame            another frame
  reference={"a": 0.5, "b": 0.5}   a fixed distribution
  reference="label", by="key"      one group of by (a tuple of labels for several keys)
  against="rest"                   or one of "all", "pairs", "previous" (with by), "uniform\""""
WHOLE = "To compare each group with the whole reference, pass match=False."
CATALOGUE = (
    "'entropy', 'cross_entropy', 'kl_divergence', 'reverse_kl', 'jeffreys', 'psi', "
    "'js_divergence', 'js_distance', 'total_variation', 'hellinger', 'bhattacharyya', "
    "'chi_square', 'max_difference', 'kolmogorov_smirnov', 'wasserstein', 'wasserstein_scaled', "
    "'perplexity', 'normalized_entropy', 'richness', "
    "'gini_simpson', 'berger_parker', ('renyi_divergence', order), ('tsallis_divergence', order), "
    "('renyi_entropy', order), ('tsallis_entropy', order), ('hill_number', order), or a "
    "pdkl.Measure"
)
THIRDS = {"fig": 1, "kiwi": 1, "plum": 1}


def kl(p: Any = "fruit", q: Any = None, data: Any = DATA, **keywords: Any) -> pd.DataFrame:
    return InfoTheory(data).kl_divergence(p, q, **keywords)


def divergence(measures: Any, **keywords: Any) -> pd.DataFrame:
    return InfoTheory(DATA).divergence(
        "fruit", by="shop", against="rest", measures=measures, **keywords
    )


def entropy(columns: Any = "fruit", data: Any = DATA, **keywords: Any) -> pd.DataFrame:
    return InfoTheory(data).entropy(columns, **keywords)


def binary(target: Any = "yes", prediction: Any = "chance", **keywords: Any) -> pd.DataFrame:
    return InfoTheory(keywords.pop("data", DATA)).binary_cross_entropy(
        target, prediction, **keywords
    )


def categorical(target: Any, predictions: Any, **keywords: Any) -> pd.DataFrame:
    return InfoTheory(keywords.pop("data", DATA)).categorical_cross_entropy(
        target, predictions, **keywords
    )


CASES: list[tuple[Callable[[], Any], type[Exception], str]] = [
    # ---- columns
    (
        lambda: entropy("fruits"),
        ColumnNotFoundError,
        "columns names column 'fruits', which data does not have. Did you mean 'fruit'? "
        f"Its columns are {NAMES}.",
    ),
    (
        lambda: kl("FRUIT", against="uniform"),
        ColumnNotFoundError,
        "p names column 'FRUIT', which data does not have. Did you mean 'fruit'? "
        f"Its columns are {NAMES}.",
    ),
    (
        lambda: kl("fruit", "zzz"),
        ColumnNotFoundError,
        f"q names column 'zzz', which data does not have. Its columns are {NAMES}.",
    ),
    (
        lambda: entropy(by="zzz"),
        ColumnNotFoundError,
        f"by names column 'zzz', which data does not have. Its columns are {NAMES}.",
    ),
    (
        lambda: entropy(weights="zzz"),
        ColumnNotFoundError,
        f"weights names column 'zzz', which data does not have. Its columns are {NAMES}.",
    ),
    (
        lambda: entropy(data=pd.concat([DATA, DATA[["fruit"]]], axis=1)),
        ValueError,
        "columns names column 'fruit', which data has 2 times; give its columns unique names "
        "first.",
    ),
    (
        lambda: entropy(None, data=DATA[["size"]]),
        ValueError,
        "columns is None, which means every string, categorical, boolean and object column "
        "outside by and weights, and those that bins names; there is none. Name the columns: "
        "columns=...",
    ),
    (
        lambda: entropy([]),
        ValueError,
        "columns is an empty list; name at least one column.",
    ),
    (
        lambda: entropy({"fruit"}),
        TypeError,
        "columns must be a column name or a list of them; got set.",
    ),
    (
        lambda: entropy(data=DATA.assign(fruit=pd.Series([[1]] * 6, dtype=object))),
        TypeError,
        "column 'fruit' (dtype object) holds values that cannot be counted: unhashable type: "
        "'list'. Turn them into something hashable first, such as tuples or text.",
    ),
    (
        lambda: InfoTheory([1, 2]).entropy(),
        TypeError,
        "InfoTheory needs a DataFrame of pandas, polars, Dask, PySpark or narwhals, a LazyFrame of "
        "polars, a DuckDB relation, an Ibis table, a Table, RecordBatch, RecordBatchReader or "
        "Dataset of pyarrow, or a Profile; got list. A Series of pandas has its own accessor, "
        "series.info_theory.",
    ),
    # ---- by
    (
        lambda: entropy(by=str.upper),
        TypeError,
        "by must be a column name, a pd.Grouper, a pdkl.Rolling, or a list of these; got "
        "method_descriptor. Assign its values to a column first.",
    ),
    (
        lambda: entropy(by=[DATA["shop"]]),
        TypeError,
        "by must be a column name, a pd.Grouper, a pdkl.Rolling, or a list of these; got Series. "
        "Assign its values to a column first.",
    ),
    (
        lambda: entropy(by=("shop", "size")),
        TypeError,
        "by must hold several keys in a list: by=['shop', 'size'], not a tuple.",
    ),
    (
        lambda: entropy(by="row", data=DATA.rename_axis("row")),
        TypeError,
        "by names the index level 'row'; keys must be columns. Call reset_index() first.",
    ),
    (
        lambda: entropy(by=pd.Grouper(level=0)),
        TypeError,
        "by has a pd.Grouper without key=. Index levels are not used as keys: call reset_index() "
        "first, then pd.Grouper(key=...).",
    ),
    (
        lambda: entropy(by=pd.Grouper(key="size", freq="D")),
        TypeError,
        "by cuts the times of column 'size', which holds int64; it needs datetimes. Convert it "
        "with pd.to_datetime.",
    ),
    (
        lambda: entropy(by=["shop", "shop"]),
        ValueError,
        "by names a column twice: 'shop', 'shop'. Name each key once.",
    ),
    (
        lambda: entropy(by=["n", "column"], data=DATA.assign(n=1, column=2)),
        ValueError,
        "by names 'n', 'column', which the result needs for a column of its own. Rename first: "
        "df.rename(columns={'n': 'n_key', 'column': 'column_key'}).",
    ),
    (
        lambda: kl(
            by=["shop", "shop_reference"], against="pairs", data=DATA.assign(shop_reference=1)
        ),
        ValueError,
        "by names 'shop_reference', which the result needs for a column of its own. Rename first: "
        "df.rename(columns={'shop_reference': 'shop_reference_key'}).",
    ),
    # ---- what P is compared with
    (
        partial(kl),
        TypeError,
        f"kl_divergence() needs exactly one of q=, reference=, against=; got none. {FORMS}",
    ),
    (
        lambda: kl("fruit", "other", against="rest", by="shop"),
        TypeError,
        "kl_divergence() needs exactly one of q=, reference=, against=; got q= and against=. "
        f"{FORMS}",
    ),
    (
        lambda: kl(against="rezt", by="shop"),
        ValueError,
        "against must be one of 'rest', 'all', 'pairs', 'previous', 'uniform'; got 'rezt'.",
    ),
    (
        lambda: kl(against=True, by="shop"),
        TypeError,
        "against must be one of 'rest', 'all', 'pairs', 'previous', 'uniform'; got True.",
    ),
    (
        lambda: kl(against="pairs"),
        ValueError,
        "against='pairs' compares groups, so it needs by=; got by=None. Name the column that "
        'makes the groups, for instance by="month".',
    ),
    (
        lambda: kl(None, "other"),
        ValueError,
        "p is None, but q='other' needs a partner. Name the column to compare: p=...",
    ),
    (
        lambda: kl(["fruit", "shop"], ["other"]),
        ValueError,
        "the lists p and q are paired, so they must be equally long; got 2 in p ('fruit', 'shop') "
        "and 1 in q ('other'). To ask about one column with each of a list, name it without a "
        "list.",
    ),
    (
        lambda: kl("fruit", "size"),
        TypeError,
        "column 'fruit' holds strings and column 'size' holds numbers, so no category of one can "
        "occur in the other. Convert one of them, for instance with astype.",
    ),
    (
        lambda: kl(reference=DATA["fruit"]),
        TypeError,
        "reference must be a frame, a mapping or a group label; got a Series. Pass raw values as "
        "reference=series.to_frame(name), value counts as reference=series.to_dict().",
    ),
    (
        lambda: kl(reference=["x"], by="shop"),
        TypeError,
        "reference must be a frame, a mapping {category: weight} or a group label; got list. "
        "Several keys need a tuple of labels.",
    ),
    (
        lambda: kl(reference="x"),
        ValueError,
        "reference='x' is read as a group label, and there are no groups without by=. A frame or "
        "a mapping {category: weight} needs no by.",
    ),
    (
        lambda: kl(reference="z", by="shop"),
        ValueError,
        "reference='z' is not a group of by; the groups are 'x', 'y', nan.",
    ),
    (
        lambda: kl(reference="other", by="size"),
        ValueError,
        "reference='other' is not a group of by; the groups are 1, 2, 3, 4, 5, 6. To compare with "
        "the column 'other', pass q='other'.",
    ),
    (
        lambda: kl(reference="x", by=["shop", "size"]),
        ValueError,
        "reference must be a tuple of 2 labels, one for each key of by ('shop', 'size'); got 'x'.",
    ),
    (
        lambda: kl(reference=("x", 9), by=["shop", "size"]),
        ValueError,
        "reference=('x', 9) is not a group of by; the groups are ('x', 1), ('x', 2), ('y', 3), "
        "('y', 4), ('y', 5), (nan, 6).",
    ),
    # ---- a reference frame
    (
        lambda: kl(reference=DATA.drop(columns="fruit")),
        ColumnNotFoundError,
        "p names column 'fruit', which reference does not have. Its columns are "
        "'shop', 'other', 'size', 'yes', 'chance'.",
    ),
    (
        lambda: kl(reference=DATA.drop(columns="size"), weights="size"),
        ColumnNotFoundError,
        "weights names column 'size', which reference does not have. Weights apply to both sides: "
        "add the column to reference, with 1 for each row if its rows are plain ones.",
    ),
    (
        lambda: kl(reference=DATA.assign(fruit=1)),
        TypeError,
        "column 'fruit' holds strings and reference for column 'fruit' holds numbers, so no "
        "category of one can occur in the other. Convert one of them, for instance with astype.",
    ),
    (
        lambda: kl(reference=DATA.assign(shop="p"), by="shop"),
        ValueError,
        "reference has no group of by ('shop') in common with data: data has 'x', 'y', nan; "
        f"reference has 'p'. {WHOLE[:-1]}; to compare groups in time, put both into one frame and "
        'pass against="previous".',
    ),
    (
        lambda: kl(reference=DATA.assign(shop=3), by="shop"),
        TypeError,
        "by column 'shop' holds strings and that of reference holds numbers, so no category of one "
        "can occur in the other. Convert one of them, for instance with astype.",
    ),
    (
        lambda: kl(reference=DATA.drop(columns="size"), by=["shop", "size"]),
        ValueError,
        "reference has only some of by: 'shop', not 'size'. Add the missing ones to match it group "
        f"by group. {WHOLE}",
    ),
    (
        lambda: kl(reference=DATA.drop(columns="size"), by="size", match=True),
        ValueError,
        f"match=True needs all of by in reference; it lacks 'size'. {WHOLE}",
    ),
    (
        lambda: kl(reference=DATA, match=True),
        ValueError,
        "match says whether a reference frame is matched group to group; it needs reference=frame "
        "and by=. Leave it out here.",
    ),
    # ---- a window
    (
        lambda: kl(by="size", against="rest", window=2),
        ValueError,
        "window=2 says how many groups before each one are its reference; it needs "
        "against='previous'. Leave it out here.",
    ),
    (
        lambda: kl(by="size", against="previous", window=0),
        ValueError,
        "window must be a whole number of groups, at least 1; got 0.",
    ),
    (
        lambda: kl(by="size", against="rest", window=-2),
        ValueError,
        "window must be a whole number of groups, at least 1; got -2.",
    ),
    (
        lambda: kl(by="size", against="previous", window=2.0),
        TypeError,
        "window must be a whole number of groups, at least 1; got 2.0.",
    ),
    (
        lambda: kl(by="size", against="previous", window=True),
        TypeError,
        "window must be a whole number of groups, at least 1; got True.",
    ),
    # ---- a mapping
    (
        lambda: kl(reference={1: 1}),
        TypeError,
        "column 'fruit' holds strings and reference for column 'fruit' holds numbers, so no "
        "category of one can occur in the other. Convert one of them, for instance with astype.",
    ),
    (
        lambda: kl(reference={"fig": -1}),
        ValueError,
        "reference for column 'fruit' must map each category to a finite weight of at least 0; "
        "got -1 for 'fig'.",
    ),
    (
        lambda: kl(reference={"fig": "much"}),
        ValueError,
        "reference for column 'fruit' must map each category to a finite weight of at least 0; "
        "got 'much' for 'fig'.",
    ),
    (
        lambda: kl(reference={"fig": 0}),
        ValueError,
        "reference for column 'fruit' must have a sum of weights above 0 and at most 1e+300; "
        "got 0.",
    ),
    (
        lambda: kl(reference={"fig": 1, None: 1}),
        ValueError,
        "reference for column 'fruit' gives a weight to the missing value None, which dropna=True "
        "leaves out of the distribution. Pass dropna=False, or remove it.",
    ),
    (
        lambda: kl(["fruit", "other"], reference={"fruit": THIRDS}),
        ValueError,
        "reference must be {category: weight}, or {column: {category: weight}} with every column "
        "asked for; got no mapping for column 'other'.",
    ),
    # ---- weights
    (
        lambda: entropy(weights="fruit"),
        TypeError,
        "weights (column 'fruit') must be numbers; got dtype object. Convert them with "
        "pd.to_numeric.",
    ),
    (
        lambda: entropy(weights="size", data=DATA.assign(size=[1, 1, np.nan, 1, 1, 1])),
        ValueError,
        "weights (column 'size') must not be missing; 1 of 6 are. Fill them with fillna or drop "
        "these rows.",
    ),
    (
        lambda: entropy(weights="size", data=DATA.assign(size=[1, -1, -2, 1, 1, 1])),
        ValueError,
        "weights (column 'size') must not be negative; 2 of 6 are, the first is -1.",
    ),
    (
        lambda: entropy(weights="size", data=DATA.assign(size=np.inf)),
        ValueError,
        "weights (column 'size') must be finite and add up to at most 1e+300; they add up to inf. "
        "Divide them by a common factor.",
    ),
    (
        lambda: entropy(weights="size", data=DATA.assign(size=2**62)),
        ValueError,
        "weights (column 'size') add up to 27670116110564327424, beyond the 2**63 - 1 that whole "
        "weights are counted to. Divide them or make them floats.",
    ),
    # ---- the other keywords
    (
        lambda: entropy(base=1),
        ValueError,
        "base must be 'nat', 'bit', 'dit', 'nit', or a number above 1; got 1.",
    ),
    (
        lambda: entropy(base=None),
        TypeError,
        "base must be 'nat', 'bit', 'dit', 'nit', or a number above 1; got None.",
    ),
    (
        lambda: entropy(base="bits"),
        ValueError,
        "base must be one of 'nat', 'bit', 'dit', 'nit', or a number above 1; got 'bits'.",
    ),
    (lambda: entropy(dropna=1), TypeError, "dropna must be True or False; got 1."),
    (
        lambda: entropy(alphabet=0),
        ValueError,
        "alphabet must be 'observed', 'declared', or a size of at least 1; got 0.",
    ),
    (
        lambda: entropy(alphabet="all"),
        ValueError,
        "alphabet must be one of 'observed', 'declared', or a size of at least 1; got 'all'.",
    ),
    (
        lambda: entropy(alphabet=2),
        ValueError,
        "alphabet=2 is too small: column 'fruit' has 3 categories. Give the true size, or leave "
        "alphabet='observed'.",
    ),
    (
        lambda: entropy(smoothing=0),
        ValueError,
        "smoothing must be a pseudo-count above 0, in rows; got 0. Leave it out (None) for no "
        "smoothing.",
    ),
    (
        lambda: entropy(smoothing="krichevsky"),
        ValueError,
        "smoothing must be one of 'laplace', 'jeffreys', 'perks', or a pseudo-count above 0, or "
        "None; got 'krichevsky'.",
    ),
    (
        lambda: kl(against="uniform", zeros=1),
        ValueError,
        "zeros must be a floor above 0 and below 1; got 1. For the plain mathematics leave "
        "zeros='inf'.",
    ),
    (
        lambda: kl(against="uniform", zeros="ignore"),
        ValueError,
        "zeros must be one of 'inf', 'raise', 'drop', or a floor above 0 and below 1; got "
        "'ignore'.",
    ),
    (
        lambda: kl(by="shop", against="rest", zeros="raise"),
        ValueError,
        "zeros='raise': column 'fruit' (group shop='x') has categories of probability 0 in the "
        "reference: 'kiwi'. kl_divergence is infinite there; pass zeros='inf' to see that, 'drop' "
        "to leave them out, a floor such as 1e-6, or smoothing.",
    ),
    (
        lambda: InfoTheory(DATA).contributions("fruit", against="uniform", measure="kl"),
        ValueError,
        f"measure must be one of {CATALOGUE}; got 'kl'.",
    ),
    (
        lambda: InfoTheory(DATA).contributions(
            "fruit", against="uniform", measure="js_divergence", zeros="drop"
        ),
        ValueError,
        "zeros='drop' has nothing to act on: js_divergence never divides by 0. Leave it out, or "
        "choose a measure such as kl_divergence.",
    ),
    (
        lambda: InfoTheory(DATA).contributions("fruit", against="uniform", alphabet=9),
        ValueError,
        "alphabet=9 gives probability to 6 categories of column 'fruit' that no row names, so they "
        "cannot be listed. Make the column categorical with all its levels and pass "
        "alphabet='declared'.",
    ),
    (
        lambda: divergence(["kl_divergence", "hellinge"]),
        ValueError,
        f"measures must be one of {CATALOGUE}; got 'hellinge'.",
    ),
    (
        lambda: divergence(3),
        TypeError,
        f"measures must be one of {CATALOGUE}; got 3.",
    ),
    (lambda: divergence([]), ValueError, "measures is empty; name at least one measure."),
    (
        lambda: divergence(["psi", "psi"]),
        ValueError,
        "measures names a measure twice: psi, psi.",
    ),
    (
        lambda: divergence(("renyi_divergence", -0.5)),
        ValueError,
        "measures must give renyi_divergence an order, a number of at least 0 or math.inf; got "
        "-0.5.",
    ),
    (
        lambda: divergence([("tsallis_entropy", "two")]),
        ValueError,
        "measures must give tsallis_entropy an order, a number of at least 0 or math.inf; got "
        "'two'.",
    ),
    (
        lambda: divergence(["psi", "renyi_divergence"]),
        ValueError,
        "measures must give renyi_divergence an order, as in ('renyi_divergence', 2); got "
        "'renyi_divergence' alone.",
    ),
    (
        lambda: divergence(("tsallis_divergence", np.inf)),
        ValueError,
        "measures must give tsallis_divergence a finite order: that of order inf is infinite "
        "wherever P is not Q. ('renyi_divergence', math.inf) is log max(p / q).",
    ),
    (
        lambda: divergence([(["psi"], 2)]),
        ValueError,
        f"measures must be one of {CATALOGUE}; got (['psi'], 2).",
    ),
    (
        lambda: divergence("reverse_kl", zeros="raise"),
        ValueError,
        "zeros='raise': column 'fruit' (group shop='x') has categories of probability 0 in P: "
        "'plum'. reverse_kl is infinite there; pass zeros='inf' to see that, 'drop' to "
        "leave them out, a floor such as 1e-6, or smoothing.",
    ),
    (
        lambda: divergence("psi", zeros="raise"),
        ValueError,
        "zeros='raise': column 'fruit' (group shop='x') has categories of probability 0 on one "
        "side: 'kiwi', 'plum'. psi is infinite there; pass zeros='inf' to see that, 'drop' to "
        "leave them out, a floor such as 1e-6, or smoothing.",
    ),
    # ---- losses
    (lambda: binary(["yes"]), TypeError, "target must be one column name; got a list."),
    (lambda: binary(None), TypeError, "target must be a column name; got None."),
    (lambda: binary("yes", None), TypeError, "prediction must be a column name; got None."),
    (
        lambda: binary("fruit"),
        TypeError,
        "target column 'fruit' must hold numbers in [0, 1] or booleans; got dtype object. For "
        "labels, compare first, such as df['y'] == 'yes', or use categorical_cross_entropy.",
    ),
    (
        lambda: binary("size"),
        ValueError,
        "target column 'size' must lie in [0, 1]; 5 of 6 rows do not, the first at index 1 with 2. "
        "For labels, compare first, such as df['y'] == 'yes', or use categorical_cross_entropy.",
    ),
    (
        lambda: binary("yes", "size"),
        ValueError,
        "prediction column 'size' must lie in [0, 1]; 5 of 6 rows do not, the first at index 1 "
        "with 2. Pass probabilities, not labels.",
    ),
    (lambda: binary(clip=0.5), ValueError, "clip must be a number in [0, 0.5); got 0.5."),
    (lambda: binary(clip="a"), TypeError, "clip must be a number in [0, 0.5); got 'a'."),
    (
        lambda: categorical("fruit", "chance"),
        TypeError,
        "predictions must be a mapping {label: column of its probability}; got str.",
    ),
    (
        lambda: categorical("fruit", {}),
        TypeError,
        "predictions must be a mapping {label: column of its probability}; got an empty one.",
    ),
    (
        lambda: categorical("fruit", {"fig": "chance", "kiwi": "chance"}),
        ValueError,
        "predictions has no column for 'plum', which target column 'fruit' holds. It has 'fig', "
        "'kiwi'; add one for each label.",
    ),
    (
        lambda: categorical("size", {"fig": "chance", "kiwi": "chance"}),
        TypeError,
        "target column 'size' holds numbers and predictions holds strings, so no category of one "
        "can occur in the other. Convert one of them, for instance with astype.",
    ),
    (
        lambda: categorical("other", {"fig": "chance", "kiwi": "yes"}),
        ValueError,
        "predictions must sum to 1 in each row (tolerance 1e-06); 6 of 6 complete rows do not, the "
        "first at index 0 with 1.5. Divide them by their sum, or add the label that is left out.",
    ),
    # ---- Series
    (
        lambda: SeriesInfoTheory(DATA["fruit"].value_counts()).entropy(),
        TypeError,
        "the Series is named 'count', as value_counts() names its result, but raw values are "
        "needed. Call the method on the Series that was counted. A Series of raw values needs "
        "another name.",
    ),
    (
        lambda: SeriesInfoTheory(DATA["fruit"]).kl_divergence(
            DATA["fruit"].value_counts(normalize=True)
        ),
        TypeError,
        "other is named 'proportion', as value_counts() names its result, but raw values are "
        "needed. Pass value counts as other=counts.to_dict(). A Series of raw values needs another "
        "name.",
    ),
    (
        lambda: SeriesInfoTheory(DATA["fruit"]).js_divergence([1]),  # type: ignore[arg-type]
        TypeError,
        "other must be a Series of raw values or a mapping {category: weight}; got list.",
    ),
    (
        lambda: SeriesInfoTheory(DATA).entropy(),  # type: ignore[arg-type]
        TypeError,
        "the Series must be a pandas Series; got DataFrame.",
    ),
]


@pytest.mark.parametrize(("call", "kind", "message"), CASES, ids=lambda _: None)
def test_message(call: Callable[[], Any], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind) as caught:
        call()
    assert type(caught.value) is kind
    assert str(caught.value) == message


def test_a_missing_column_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        entropy("zzz")


def test_zeros_raise_names_at_most_five() -> None:
    frame = pd.DataFrame({"x": list("abcdefgh")})
    with pytest.raises(ValueError, match=r"'b', 'c', 'd', 'e', 'f' and 2 more") as caught:
        kl("x", data=frame, reference={"a": 1.0}, zeros="raise")
    assert "column 'x' has categories" in str(caught.value)


def test_zeros_raise_names_categories_that_smoothing_reaches() -> None:
    frame = pd.DataFrame({"x": ["a", "b"], "g": [1, 2]})
    with pytest.raises(ValueError, match=r"\(group g=1\) has .* in the reference: 'b'\. kl_div"):
        kl("x", data=frame, by="g", reference={"a": 1.0}, zeros="raise", smoothing=1)


def test_zeros_raise_is_silent_where_nothing_is_lacking() -> None:
    result = kl(reference=THIRDS, zeros="raise")
    assert np.isfinite(result["kl_divergence"]).all()


def test_errors_leave_the_frame_as_it_was() -> None:
    before = DATA.copy()
    for call, kind, _ in CASES:
        with pytest.raises(kind):
            call()
    pd.testing.assert_frame_equal(DATA, before)
    assert DATA.attrs == {}


def test_the_constructor_never_raises() -> None:
    assert pdkl.InfoTheory(None) is not None
    assert pdkl.SeriesInfoTheory(None) is not None  # type: ignore[arg-type]

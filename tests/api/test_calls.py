"""Calls that do not fit a method: whole messages, and nothing of a method is hidden."""

from __future__ import annotations

import inspect
import pickle
import traceback
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from pdkl import InfoTheory, SeriesInfoTheory

DATA: Any = pd.DataFrame({"a": list("xyxy"), "g": list("uuvv")})
COLUMN: Any = DATA["a"]
OF_JS = (
    "p, q, exclude, by, reference, against, window, match, weights, base, dropna, alphabet, "
    "smoothing, bins, binning, confidence, test, blocks, n_resamples, rng, progress"
)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: DATA.info_theory.js_divergence("a", by="g", against="rest", zeros="drop"),
            "js_divergence() has no parameter zeros; got zeros='drop'. It would have nothing to "
            "act on: js_divergence never divides by 0. Leave it out, or choose a measure such as "
            f"kl_divergence. Its parameters are {OF_JS}.",
        ),
        (
            lambda: DATA.info_theory.js_divergence("a", smooth=1, against="uniform"),
            "js_divergence() has no parameter smooth; got smooth=1. Did you mean 'smoothing'? Its "
            f"parameters are {OF_JS}.",
        ),
        (
            lambda: DATA.info_theory.js_divergence("a", kinds={}, against="uniform"),
            "js_divergence() has no parameter kinds; got kinds=dict. It is one of drift, report; "
            f"leave it out here. Its parameters are {OF_JS}.",
        ),
        (
            lambda: DATA.info_theory.js_divergence(columns="a", against="uniform"),
            "js_divergence() has no parameter columns; got columns='a'. Name the columns by p. Its "
            f"parameters are {OF_JS}.",
        ),
        (
            lambda: DATA.info_theory.js_divergence("a", colour=None, against="uniform"),
            "js_divergence() has no parameter colour; got colour=None. Leave it out. Its "
            f"parameters are {OF_JS}.",
        ),
        (
            lambda: COLUMN.info_theory.entropy(by="g"),
            "entropy() has no parameter by; got by='g'. It is for frames, as in "
            "df.info_theory.entropy(); leave it out here. Its parameters are base, dropna, "
            "alphabet, smoothing, estimator.",
        ),
        (
            lambda: DATA.info_theory.conditional_entropy("a"),
            "conditional_entropy() missing 1 required positional argument: 'given'",
        ),
        (
            lambda: DATA.info_theory.conditional_entropy("a", "g", x="a"),
            "conditional_entropy() got multiple values for argument 'x'",
        ),
        (
            lambda: COLUMN.info_theory.entropy("nat"),
            "entropy() takes 1 positional argument but 2 were given",
        ),
    ],
)
def test_message(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(TypeError) as caught:
        call()
    assert str(caught.value) == message
    assert caught.value.__cause__ is caught.value.__context__ is None


def test_every_method_says_it() -> None:
    for accessor in (DATA.info_theory, COLUMN.info_theory):
        for name in dir(accessor):
            if not name.startswith("_"):
                with pytest.raises(TypeError, match=rf"^{name}\(\) has no parameter colour; got "):
                    getattr(accessor, name)(colour=1)


def test_an_error_within_a_method_is_its_own() -> None:
    with pytest.raises(TypeError, match=r"^dropna must be True or False; got 1\.$") as caught:
        DATA.info_theory.entropy("a", dropna=1)
    frames = traceback.extract_tb(caught.value.__traceback__)
    assert "pdkl/core/validation.py" in frames[-1].filename.replace("\\", "/")


def test_signatures_and_docstrings_are_those_of_the_methods() -> None:
    for owner in (InfoTheory, SeriesInfoTheory):
        for name, method in inspect.getmembers(owner, inspect.isfunction):
            if not name.startswith("_"):
                written = inspect.unwrap(method)
                assert written is not method
                assert inspect.signature(method) == inspect.signature(written)
                assert (method.__doc__, method.__module__) == (written.__doc__, written.__module__)
                assert inspect.getsource(method).lstrip().startswith(f"def {name}(")
    method = pickle.loads(pickle.dumps(InfoTheory.entropy))
    assert method is InfoTheory.entropy

"""The forms of a comparison: one record each, which all others read."""

from __future__ import annotations

from typing import Any, get_args

import pandas as pd
import pytest

from pdkl.core.forms import AGAINST, FORMS, Form, null_of
from pdkl.request.types import Against

FRAME = pd.DataFrame({"g": ["a", "a", "b"], "x": ["u", "v", "u"], "y": ["u", "u", "v"]})
# how each form is asked for
CALLS: dict[str, dict[str, Any]] = {
    "q": {"q": "y"},
    "frame": {"reference": FRAME},
    "mapping": {"reference": {"u": 1, "v": 1}},
    "label": {"by": "g", "reference": "a"},
    "rest": {"by": "g", "against": "rest"},
    "all": {"by": "g", "against": "all"},
    "pairs": {"by": "g", "against": "pairs"},
    "previous": {"by": "g", "against": "previous"},
    "uniform": {"against": "uniform"},
}


def test_types_know_the_names() -> None:
    assert get_args(Against) == tuple(AGAINST)


def test_every_form_is_called_here() -> None:
    assert [form.name for form in FORMS] == list(CALLS)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_an_answer_shows_what_its_record_says(form: Form) -> None:
    answer = FRAME.info_theory.js_divergence("x", **CALLS[form.name])
    assert answer.attrs["pdkl"]["comparison"] == form.name
    assert ("g_reference" in answer) == form.q_is_group
    assert answer["n_reference"].isna().all() == form.q_is_fixed
    shown = {"q": "y", "frame": "frame"}.get(form.name, form.shown_as)
    assert answer["reference"].unique().tolist() == [shown]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_groups_are_asked_for_where_they_are_compared(form: Form) -> None:
    keywords = {name: value for name, value in CALLS[form.name].items() if name != "by"}
    if form.needs_groups:
        with pytest.raises(ValueError, match="compares groups, so it needs by="):
            FRAME.info_theory.js_divergence("x", **keywords)


def test_what_is_true_if_nothing_differs() -> None:
    nulls = {form.name: form.null for form in FORMS}
    assert nulls == dict.fromkeys(CALLS, "permutation") | {
        "all": "subset", "mapping": "fixed", "uniform": "fixed",
    }  # fmt: skip
    assert null_of(None) == "fixed"

"""The forms of a comparison: what P is compared with, as one record each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pdkl.core.inference.samplers import Null


@dataclass(frozen=True, kw_only=True)
class Form:
    """What P is compared with, and all that follows from it.

    Which counts are Q is said in `pdkl.counting.both_sides`, and how the two are lined up in
    `pdkl.comparing.align`; whoever asks for a property of a form asks this record.

    Parameters
    ----------
    name : str
        Its name: what ``attrs`` call it, and ``against=`` where that asks for it.
    keyword : {"q", "reference", "against"}
        Which keyword asks for it.
    usage, words : str
        How to ask for it, and what that means, for the message that lists the forms.
    shown_as : str, optional
        What the column ``reference`` says; None where it is the name of what P is compared with.
    needs_groups : bool
        Whether it compares groups, so that ``by`` must make some.
    q_is_fixed : bool
        Whether Q is given, not counted: never smoothed, and without a number of rows.
    q_is_group : bool
        Whether Q is a group, which the columns ``<key>_reference`` name.
    null : {"permutation", "subset", "fixed"}
        What is true of the rows by default if nothing differs.
    in_engine : bool
        Whether an engine can answer by counts of counts.
    """

    name: str
    keyword: Literal["q", "reference", "against"]
    usage: str = ""
    words: str = ""
    shown_as: str | None = None
    needs_groups: bool = False
    q_is_fixed: bool = False
    q_is_group: bool = False
    null: Null = "permutation"
    in_engine: bool = False


Q = Form(
    name="q",
    keyword="q",
    usage='q="other_column"',
    words="another column of the same frame",
    in_engine=True,
)
FRAME = Form(
    name="frame",
    keyword="reference",
    usage="reference=other_frame",
    words="another frame",
    in_engine=True,
)
MAPPING = Form(
    name="mapping",
    keyword="reference",
    usage='reference={"a": 0.5, "b": 0.5}',
    words="a fixed distribution",
    shown_as="mapping",
    q_is_fixed=True,
    null="fixed",
)
LABEL = Form(
    name="label",
    keyword="reference",
    usage='reference="label", by="key"',
    words="one group of by (a tuple of labels for several keys)",
    shown_as="group",
    q_is_group=True,
)
REST = Form(name="rest", keyword="against", shown_as="rest", needs_groups=True, in_engine=True)
ALL = Form(
    name="all",
    keyword="against",
    shown_as="all",
    needs_groups=True,
    null="subset",
    in_engine=True,
)
PAIRS = Form(name="pairs", keyword="against", shown_as="pairs", needs_groups=True, q_is_group=True)
PREVIOUS = Form(
    name="previous", keyword="against", shown_as="previous", needs_groups=True, q_is_group=True
)
UNIFORM = Form(
    name="uniform",
    keyword="against",
    shown_as="uniform",
    q_is_fixed=True,
    null="fixed",
    in_engine=True,
)

FORMS = (Q, FRAME, MAPPING, LABEL, REST, ALL, PAIRS, PREVIOUS, UNIFORM)
AGAINST = {form.name: form for form in FORMS if form.keyword == "against"}


def null_of(form: Form | None) -> Null:
    """Return what is true if nothing differs; one distribution alone is held to be true."""
    return "fixed" if form is None else form.null


def how_to_ask() -> str:
    """List the forms, a line for each keyword and kind of value."""
    lines = [(form.usage, form.words) for form in FORMS if form.usage]
    first, *others = AGAINST.values()
    with_by = ", ".join(f'"{form.name}"' for form in others if form.needs_groups)
    without = ", ".join(f'"{form.name}"' for form in others if not form.needs_groups)
    lines.append((f'against="{first.name}"', f"or one of {with_by} (with by), {without}"))
    return "\n".join(f"  {usage:<32} {words}" for usage, words in lines)

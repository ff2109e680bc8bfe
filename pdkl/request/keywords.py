"""What was asked: the keywords of a call, checked before any row is read."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pdkl.core.counts.smoothing import Smoothing, parse_zeros
from pdkl.core.forms import (
    AGAINST,
    FRAME,
    LABEL,
    MAPPING,
    PAIRS,
    PREVIOUS,
    UNIFORM,
    Form,
    Q,
    how_to_ask,
)
from pdkl.core.inference.scores import is_closed
from pdkl.core.measures.measure import Measure
from pdkl.core.validation import boolean, one_of
from pdkl.request.inference import InferenceOptions, read_inference
from pdkl.request.parse import plain, read_alphabet, read_base, read_window, require_no_rolling
from pdkl.results.tidy import Shows
from pdkl.sources.registry import is_data


@dataclass(frozen=True, kw_only=True)
class Request:
    """The keywords of one call, as the caller gave them; `InfoTheory` says what they mean."""

    method: str
    two_sided: bool
    shows: Shows = "scores"
    measures: tuple[Measure, ...] = ()
    columns: Any = None
    exclude: Any = None
    joint: Any = False
    q: Any = None
    by: Any = None
    reference: Any = None
    against: Any = None
    window: Any = None
    match: Any = None
    weights: Any = None
    base: Any = "nat"
    dropna: Any = True
    alphabet: Any = "observed"
    zeros: Any = "inf"
    smoothing: Any = None
    bins: Any = None
    kinds: Any = None
    binning: Any = None
    estimator: Any = "plugin"
    confidence: Any = None
    test: Any = False
    blocks: Any = None
    n_resamples: Any = None
    rng: Any = None
    progress: Any = True

    def options(self, form: Form | None) -> Options:
        """Check the keywords that do not need the data."""
        log_base, unit = read_base(self.base)
        if self.estimator != "plugin" and self.smoothing is not None:
            raise ValueError(
                f"estimator={self.estimator!r} and smoothing={self.smoothing!r} both correct for "
                "small samples; choose one of them."
            )
        zeros = parse_zeros(self.zeros)
        if zeros != "inf" and not any(measure.divides_by for measure in self.measures):
            names = ", ".join(measure.name for measure in self.measures)
            raise ValueError(f"zeros={zeros!r} has nothing to act on: {no_zeros(names)}")
        return Options(
            log_base=log_base,
            unit=unit,
            dropna=boolean("dropna", self.dropna),
            alphabet=read_alphabet(self.alphabet),
            zeros=zeros,
            smoothing=Smoothing.parse(self.smoothing),
            inference=self._inference(form),
            has_blocks=self.blocks is not None,
        )

    def _inference(self, form: Form | None) -> InferenceOptions | None:
        inference = read_inference(
            self.confidence, self.test, self.n_resamples, self.rng, self.progress
        )
        if self.blocks is not None:
            if inference is None:
                raise ValueError("blocks= matters to test= and confidence= only; pass one of them.")
            if inference.test and form is not None and form.q_is_fixed:
                raise ValueError(
                    "blocks= needs two samples whose blocks can change sides; a fixed distribution "
                    "is none. Leave out test=, or compare with rows."
                )
        if inference is not None and form is UNIFORM and self.alphabet != "declared":
            raise ValueError(
                "test and confidence need to know the alphabet that against='uniform' means: make "
                "the column categorical with all its levels and pass alphabet='declared'."
            )
        return inference

    def describe(self, form: Form | None, unit: str) -> dict[str, Any]:
        """Write the keywords so that JSON can hold them."""
        facts: dict[str, Any] = {}
        if self.measures:
            facts["measures"] = [measure.name for measure in self.measures]
        if form is not None:
            facts |= {"comparison": form.name, "zeros": plain(self.zeros)}
        if form is LABEL:
            facts["reference"] = plain(self.reference)
        if self.window is not None:
            facts["window"] = read_window(self.window)
        for name in ("weights", "base", "dropna", "alphabet", "smoothing"):
            facts[name] = plain(getattr(self, name))
        if how_sure := self.describe_inference():
            facts |= {**how_sure, "blocks": plain(self.blocks)}
        if self.estimator != "plugin":
            facts["estimator"] = self.estimator
        if self.bins is not None:
            facts |= {"bins": str(self.bins), "binning": self.binning}
        return facts | {"unit": unit}

    def describe_inference(self) -> dict[str, Any]:
        """Write the keywords that ask how sure an answer is; nothing where none does."""
        if self.confidence is None and not self.test:
            return {}
        return {
            "confidence": self.confidence,
            "test": self.test,
            "n_resamples": self.n_resamples,
            "inference": {},  # of each column, how it is got
        }

    def form(self) -> Form | None:
        """Say what P is compared with; where two sides are, exactly one form must be given."""
        if not self.two_sided:
            return None
        given = [name for name in ("q", "reference", "against") if getattr(self, name) is not None]
        if len(given) != 1:
            got = " and ".join(f"{name}=" for name in given) if given else "none"
            alone = [one.name for one in self.measures if one.one_sided]
            hint = ""
            if self.measures and len(alone) == len(self.measures):
                hint = f"diversity() measures {', '.join(alone)} without any. "
            raise TypeError(
                f"{self.method}() needs exactly one of q=, reference=, against=; got {got}. "
                f"{hint}The forms are:\n{how_to_ask()}"
            )
        if self.q is not None:
            form = Q
        elif self.against is not None:
            form = AGAINST[one_of("against", self.against, tuple(AGAINST))]
        else:
            form = self._reference_form()
        if form.needs_groups and self.by is None:
            raise ValueError(
                f"against={form.name!r} compares groups, so it needs by=; got by=None. "
                'Name the column that makes the groups, for instance by="month".'
            )
        if form in (PREVIOUS, PAIRS):
            require_no_rolling(
                self.by,
                f"against={form.name!r} would compare windows that share rows",
                'Compare each with all else (against="rest") or with one of them (reference= its '
                "end), or cut",
            )
        if self.match is not None and (form is not FRAME or self.by is None):
            raise ValueError(
                "match says whether a reference frame is matched group to group; it needs "
                "reference=frame and by=. Leave it out here."
            )
        if self.window is not None:
            read_window(self.window)
            if form is not PREVIOUS:
                raise ValueError(
                    f"window={self.window!r} says how many groups before each one are its "
                    "reference; it needs against='previous'. Leave it out here."
                )
        return form

    def _reference_form(self) -> Form:
        reference = self.reference
        if is_data(reference):
            return FRAME
        if isinstance(reference, Mapping):
            return MAPPING
        if isinstance(reference, pd.Series):
            raise TypeError(
                "reference must be a frame, a mapping or a group label; got a Series. Pass raw "
                "values as reference=series.to_frame(name), value counts as "
                "reference=series.to_dict()."
            )
        if not isinstance(reference, Hashable):
            raise TypeError(
                f"reference must be a frame, a mapping {{category: weight}} or a group label; "
                f"got {type(reference).__name__}. Several keys need a tuple of labels."
            )
        return LABEL


def no_zeros(names: str) -> str:
    """Say why measures take no ``zeros``, and what to do."""
    return f"{names} never divides by 0. Leave it out, or choose a measure such as kl_divergence."


@dataclass(frozen=True)
class Options:
    """The checked keywords that do not depend on the data."""

    log_base: float
    unit: str
    dropna: bool
    alphabet: str | int
    zeros: str | float
    smoothing: Smoothing | None
    inference: InferenceOptions | None
    has_blocks: bool = False  # whether rows move in blocks when they are dealt anew

    def drawn(self, measures: Sequence[Measure]) -> list[str]:
        """Name the measures of which draws say how sure they are, as no closed form does."""
        if self.inference is None:
            return []
        every = self.inference.draws_all or self.has_blocks
        return [one.name for one in measures if every or self.lacks_form(one)]

    def lacks_form(self, measure: Measure) -> bool:
        """Tell whether a measure is no sum over categories, each of which knows of no other.

        Where ``zeros`` renormalises, each category changes what all others add.
        """
        renormalises = self.zeros not in ("inf", "raise") and measure.divides_by != ""
        return renormalises or not is_closed(measure)

    def columns_of(self, measures: Sequence[Measure]) -> list[str]:
        """List the columns that hold what is measured."""
        names = [one.name for one in measures]
        return names if self.inference is None else self.inference.columns_of(names)

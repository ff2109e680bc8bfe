"""What was asked: the keywords of a call, checked before any row is read."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pdkl.core.counts.smoothing import Smoothing, parse_zeros
from pdkl.core.measures.measure import Measure
from pdkl.core.validation import boolean, one_of
from pdkl.request.inference import InferenceOptions, read_inference
from pdkl.request.parse import plain, read_alphabet, read_base
from pdkl.sources.registry import is_data

AGAINST = ("rest", "all", "pairs", "previous", "uniform")
_FORMS = """\
  q="other_column"                 another column of the same frame
  reference=other_frame            another frame
  reference={"a": 0.5, "b": 0.5}   a fixed distribution
  reference="label", by="key"      one group of by (a tuple of labels for several keys)
  against="rest"                   or one of "all", "pairs", "previous" (with by), "uniform\""""


@dataclass(frozen=True, kw_only=True)
class Request:
    """The keywords of one call, as the caller gave them; `InfoTheory` says what they mean."""

    method: str
    two_sided: bool
    measures: tuple[Measure, ...] = ()
    columns: Any = None
    joint: Any = False
    q: Any = None
    by: Any = None
    reference: Any = None
    against: Any = None
    match: Any = None
    weights: Any = None
    base: Any = "nat"
    dropna: Any = True
    alphabet: Any = "observed"
    zeros: Any = "inf"
    smoothing: Any = None
    bins: Any = None
    binning: Any = None
    estimator: Any = "plugin"
    confidence: Any = None
    test: Any = False
    blocks: Any = None
    n_resamples: Any = 199
    rng: Any = None
    progress: Any = True

    def options(self) -> Options:
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
            raise ValueError(
                f"zeros={zeros!r} has nothing to act on: {names} never divides by 0. Leave it out, "
                "or choose a measure such as kl_divergence."
            )
        return Options(
            log_base=log_base,
            unit=unit,
            dropna=boolean("dropna", self.dropna),
            alphabet=read_alphabet(self.alphabet),
            zeros=zeros,
            smoothing=Smoothing.parse(self.smoothing),
            inference=self._inference(),
        )

    def _inference(self) -> InferenceOptions | None:
        inference = read_inference(
            self.confidence, self.test, self.n_resamples, self.rng, self.progress
        )
        if self.blocks is not None:
            if inference is None:
                raise ValueError("blocks= matters to test= and confidence= only; pass one of them.")
            if inference.test and (
                self.against == "uniform" or isinstance(self.reference, Mapping)
            ):
                raise ValueError(
                    "blocks= needs two samples whose blocks can change sides; a fixed distribution "
                    "is none. Leave out test=, or compare with rows."
                )
        if inference is not None and self.against == "uniform" and self.alphabet != "declared":
            raise ValueError(
                "test and confidence need to know the alphabet that against='uniform' means: make "
                "the column categorical with all its levels and pass alphabet='declared'."
            )
        return inference

    def outputs(self) -> list[str]:
        """List the columns that hold what is measured."""
        inference = read_inference(
            self.confidence, self.test, self.n_resamples, None, self.progress
        )
        if inference is None:
            return [measure.name for measure in self.measures]
        each = [
            [one.name, *(one.name + end for end in inference.suffixes)] for one in self.measures
        ]
        return [name for names in each for name in names] + (
            ["p_value", "p_adjusted"] if inference.test else []
        )

    def describe(self, form: str | None, unit: str, keys: list[Hashable]) -> dict[str, Any]:
        """Write the call so that JSON can hold it."""
        facts: dict[str, Any] = {"method": self.method, "by": [plain(key) for key in keys]}
        if self.measures:
            facts["measures"] = [measure.name for measure in self.measures]
        if form is not None:
            facts |= {"comparison": form, "zeros": plain(self.zeros)}
        if form == "label":
            facts["reference"] = plain(self.reference)
        for name in ("weights", "base", "dropna", "alphabet", "smoothing"):
            facts[name] = plain(getattr(self, name))
        if self.confidence is not None or self.test:
            facts |= {
                "confidence": self.confidence,
                "test": self.test,
                "blocks": plain(self.blocks),
                "n_resamples": self.n_resamples,
            }
        if self.estimator != "plugin":
            facts["estimator"] = self.estimator
        if self.bins is not None:
            facts |= {"bins": str(self.bins), "binning": self.binning}
        return facts | {"unit": unit}

    def form(self) -> str:
        """Say what P is compared with; exactly one form must be given."""
        given = [name for name in ("q", "reference", "against") if _given(getattr(self, name))]
        if len(given) != 1:
            got = " and ".join(f"{name}=" for name in given) if given else "none"
            raise TypeError(
                f"{self.method}() needs exactly one of q=, reference=, against=; got {got}. "
                f"The forms are:\n{_FORMS}"
            )
        form = given[0]
        if form == "q":
            result = "q"
        elif form == "against":
            result = one_of("against", self.against, AGAINST)
            if result != "uniform" and self.by is None:
                raise ValueError(
                    f"against={result!r} compares groups, so it needs by=; got by=None. "
                    'Name the column that makes the groups, for instance by="month".'
                )
        else:
            result = self._reference_form()
        if self.match is not None and (result != "frame" or self.by is None):
            raise ValueError(
                "match says whether a reference frame is matched group to group; it needs "
                "reference=frame and by=. Leave it out here."
            )
        return result

    def _reference_form(self) -> str:
        reference = self.reference
        if is_data(reference):
            return "frame"
        if isinstance(reference, Mapping):
            return "mapping"
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
        return "label"


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


def _given(value: Any) -> bool:
    return value is not None

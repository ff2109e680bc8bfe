"""What was asked: the keywords of a call, checked, before any row is read."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any, Literal

import pandas as pd

from pdkl.core.measures import Measure
from pdkl.core.smoothing import Smoothing, parse_zeros
from pdkl.core.validation import (
    boolean,
    listing,
    number_in,
    one_of,
    require_columns,
)
from pdkl.engines.pandas import Key, key_name
from pdkl.sources import is_data
from pdkl.sureness import Sureness, read_sureness

AGAINST = ("rest", "all", "pairs", "previous", "uniform")
ALPHABETS = ("observed", "declared")
BASES = {"nat": math.e, "bit": 2.0, "dit": 10.0, "nit": math.e}

Against = Literal["rest", "all", "pairs", "previous", "uniform"]
Alphabet = Literal["observed", "declared"] | int
Base = Literal["nat", "bit", "dit", "nit"] | float
SmoothingRule = Literal["laplace", "jeffreys", "perks"] | float
Zeros = Literal["inf", "raise", "drop"] | float
By = Hashable | pd.Grouper | list[Any]

_FORMS = """\
  q="other_column"                 another column of the same frame
  reference=other_frame            another frame
  reference={"a": 0.5, "b": 0.5}   a fixed distribution
  reference="label", by="key"      one group of by (a tuple of labels for several keys)
  against="rest"                   or one of "all", "pairs", "previous" (with by), "uniform\""""


@dataclass(frozen=True, kw_only=True)
class Question:
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

    def settings(self) -> Settings:
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
        return Settings(
            log_base=log_base,
            unit=unit,
            dropna=boolean("dropna", self.dropna),
            alphabet=_read_alphabet(self.alphabet),
            zeros=zeros,
            smoothing=Smoothing.parse(self.smoothing),
            sure=self._sureness(),
        )

    def _sureness(self) -> Sureness | None:
        sure = read_sureness(self.confidence, self.test, self.n_resamples, self.rng, self.progress)
        if self.blocks is not None:
            if sure is None:
                raise ValueError("blocks= matters to test= and confidence= only; pass one of them.")
            if sure.test and (self.against == "uniform" or isinstance(self.reference, Mapping)):
                raise ValueError(
                    "blocks= needs two samples whose blocks can change sides; a fixed distribution "
                    "is none. Leave out test=, or compare with rows."
                )
        if sure is not None and self.against == "uniform" and self.alphabet != "declared":
            raise ValueError(
                "test and confidence need to know the alphabet that against='uniform' means: make "
                "the column categorical with all its levels and pass alphabet='declared'."
            )
        return sure

    def outputs(self) -> list[str]:
        """List the columns that hold what is measured."""
        wanted = read_sureness(self.confidence, self.test, self.n_resamples, None, self.progress)
        if wanted is None:
            return [measure.name for measure in self.measures]
        each = [[one.name, *(one.name + end for end in wanted.suffixes)] for one in self.measures]
        return [name for names in each for name in names] + (
            ["p_value", "p_adjusted"] if wanted.test else []
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
class Settings:
    """The checked keywords that do not depend on the data."""

    log_base: float
    unit: str
    dropna: bool
    alphabet: str | int
    zeros: str | float
    smoothing: Smoothing | None
    sure: Sureness | None


def _given(value: Any) -> bool:
    return value is not None


def _read_alphabet(value: Any) -> str | int:
    if isinstance(value, Integral) and not isinstance(value, bool):
        if int(value) >= 1:
            return int(value)
        raise ValueError(
            f"alphabet must be 'observed', 'declared', or a size of at least 1; got {value!r}."
        )
    return one_of("alphabet", value, ALPHABETS, also="a size of at least 1")


def plain(value: Any) -> Any:
    """Return the value where JSON has it, else its text."""
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)


def read_base(base: Any) -> tuple[float, str]:
    """Return the natural logarithm of the base, and the unit it makes."""
    if isinstance(base, str):
        name = one_of("base", base, tuple(BASES), also="a number above 1")
        return math.log(BASES[name]), "nat" if name == "nit" else name
    number = number_in(
        "base", base, 1.0, math.inf, "'nat', 'bit', 'dit', 'nit', or a number above 1"
    )
    named = {2.0: "bit", 10.0: "dit", math.e: "nat"}
    return math.log(number), named.get(number, f"base {number:g}")


def read_by(by: Any, frame: pd.DataFrame) -> list[Key]:
    """Return the keys of the groups as a list of columns and Groupers of the frame."""
    keys: list[Any] = [] if by is None else list(by) if isinstance(by, list) else [by]
    for key in keys:
        if isinstance(key, pd.Grouper):
            if key.key is None:
                raise TypeError(
                    "by has a pd.Grouper without key=. Index levels are not used as keys: call "
                    "reset_index() first, then pd.Grouper(key=...)."
                )
            continue
        if isinstance(key, Callable) or not isinstance(key, Hashable):  # type: ignore[arg-type]
            raise TypeError(
                "by must be a column name, a pd.Grouper, or a list of these; got "
                f"{type(key).__name__}. Assign its values to a column first."
            )
        if isinstance(key, tuple) and key not in frame.columns and set(key) <= set(frame.columns):
            raise TypeError(f"by must hold several keys in a list: by={list(key)!r}, not a tuple.")
        if key not in frame.columns and key in frame.index.names:
            raise TypeError(
                f"by names the index level {key!r}; keys must be columns. Call reset_index() first."
            )
    names = [key_name(key) for key in keys]
    require_columns("by", names, list(frame.columns))
    if len(set(names)) < len(names):
        raise ValueError(f"by names a column twice: {listing(names)}. Name each key once.")
    return keys


def read_columns(
    parameter: str,
    value: Any,
    frame: pd.DataFrame,
    aside: list[Any],
    binned: Sequence[Hashable] = (),
) -> list[Any]:
    """Return the columns asked for; by default all discrete or binned ones outside ``aside``."""
    if value is None:
        columns = [
            name
            for name, dtype in zip(frame.columns, frame.dtypes, strict=True)
            if name not in aside and (name in binned or _is_discrete(dtype))
        ]
        if not columns:
            raise ValueError(
                f"{parameter} is None, which means every string, categorical, boolean and object "
                "column outside by and weights, and those that bins names; there is none. Name the "
                f"columns: {parameter}=..."
            )
    else:
        columns = list(value) if isinstance(value, list) else [value]
        if not columns:
            raise ValueError(f"{parameter} is an empty list; name at least one column.")
        for column in columns:
            if not isinstance(column, Hashable):
                raise TypeError(
                    f"{parameter} must be a column name or a list of them; "
                    f"got {type(column).__name__}."
                )
    require_columns(parameter, columns, list(frame.columns))
    return columns


def _is_discrete(dtype: Any) -> bool:
    if isinstance(dtype, pd.ArrowDtype):
        return str(dtype.pyarrow_dtype).startswith(("string", "large_string", "bool", "dictionary"))
    return (
        isinstance(dtype, pd.CategoricalDtype | pd.StringDtype)
        or pd.api.types.is_bool_dtype(dtype)
        or pd.api.types.is_object_dtype(dtype)
    )

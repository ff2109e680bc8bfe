"""Values put into outcomes that are neither each its own nor intervals alone."""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pdkl.codes.intervals import Binner
from pdkl.codes.labels import Labels, common_labels, dtype_families, one_level, place_of_other
from pdkl.codes.scales import NUMBER, as_floats, scale_of
from pdkl.codes.values import encode
from pdkl.core.counts.counts import CodeArray
from pdkl.core.numerics.exact import FloatArray

PRESENT_TEXT, TEXT = "(present)", "(text)"
_NUMERAL = re.compile(r"[+-]?(0|[1-9][0-9]*)(\.[0-9]*)?([eE][+-]?[0-9]+)?", re.ASCII)


@dataclass(frozen=True)
class Common:
    """Some values as they are, and one outcome for all others that are present."""

    values: Labels

    def __call__(self, values: pd.Series[Any], name: Hashable) -> tuple[CodeArray, Labels]:
        """Return a code for each row, -1 where missing, and the labels."""
        codes, labels = encode(values, name)
        outcome, every = self.recoded(labels)
        return np.append(outcome, -1)[codes], every

    def recoded(self, labels: Labels) -> tuple[CodeArray, Labels]:
        """Return a code for each label, and what the codes are called."""
        outcome = np.full(len(labels), len(self.values))
        if len(self.values):
            single = np.arange(len(labels)) != place_of_other(labels)
            _, _, place = common_labels(self.values, labels[single])
            outcome[single] = np.minimum(place, len(self.values))
        every = np.empty(len(self.values) + 1, dtype=object)
        every[:-1], every[-1] = one_level(self.values).astype(object), PRESENT_TEXT
        return outcome, pd.Index(every, dtype=object, tupleize_cols=False)


@dataclass(frozen=True)
class Beside:
    """Numbers in intervals, and beside them each text, or all of them as one outcome."""

    binner: Binner
    texts: Labels | None = None  # None: all are one
    numerals: bool = False  # whether the numbers are written as text

    def __call__(self, values: pd.Series[Any], name: Hashable) -> tuple[CodeArray, Labels]:
        """Return a code for each row, -1 where missing, and the labels."""
        codes, labels = encode(values, name)
        numbers = (read_numerals if self.numerals else read_numbers)(labels)
        if numbers is None:
            raise TypeError(
                f"column {name!r} holds values that are neither numbers nor text, beside such. "
                "Turn them into one of these."
            )
        outcome, intervals = self.binner(pd.Series(numbers), name)
        text = np.isnan(numbers)
        if self.texts is None:
            outcome[text], beside = len(intervals), pd.Index([TEXT])
        else:
            beside = self.texts
            outcome[text] = len(intervals) + beside.get_indexer(labels[text])
        every = pd.Index([*intervals, *beside], dtype=object)
        return np.append(outcome, -1)[codes], every


def read_numerals(labels: Labels) -> FloatArray | None:
    """Read the numerals among labels that are text, other text as NaN; None where some are not."""
    if not dtype_families(labels) <= {"string"}:
        return None
    found = np.full(len(labels), np.nan)
    known = np.flatnonzero(_match(labels))
    found[known] = [float(value) for value in labels[known]]
    return found


def _match(labels: Labels) -> NDArray[np.bool_]:
    """Tell which texts are numerals."""
    try:
        texts = pa.array(labels.astype(object), type=pa.large_string())
    except (pa.ArrowInvalid, UnicodeEncodeError):  # half of a pair of surrogates
        return np.array([bool(_NUMERAL.fullmatch(value)) for value in labels], dtype=bool)
    return np.asarray(pc.match_substring_regex(texts, f"^(?:{_NUMERAL.pattern})$"), dtype=bool)


def read_numbers(labels: Labels) -> FloatArray | None:
    """Read the numbers among labels, text as NaN; None where there is something else."""
    if not dtype_families(labels) <= {"string", "number"}:
        return None
    found = np.full(len(labels), np.nan)
    number = np.array([not isinstance(value, str) for value in labels], dtype=bool)
    plain = pd.Series(list(labels[number]), dtype=object)
    if len(plain) and scale_of(plain) != NUMBER:  # truth values are no numbers
        return None
    found[number] = as_floats(plain)
    return found

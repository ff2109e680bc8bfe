"""Several columns become codes together: a code for each combination of their values."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

import numpy as np
import pandas as pd

from pdkl.codes.keys import compact
from pdkl.codes.labels import Labels, Together, combinations
from pdkl.codes.values import Encoder, encode
from pdkl.core.counts.counts import CodeArray
from pdkl.core.numerics.exact import IntArray


def encode_column(
    frame: pd.DataFrame, name: Hashable, encoders: Mapping[Hashable, Encoder]
) -> tuple[CodeArray, Labels]:
    """Give each row a code, and the labels that the codes stand for; -1 is missing.

    Columns are encoded value by value, or as ``encoders`` have it. Several `Together` are one
    column, where a row that lacks a value has a code too, as it does not lack all of them:
    `pdkl.codes.labels.lacking` tells which codes these are.
    """
    if not isinstance(name, Together):
        return encoders.get(name, encode)(frame[name], name)
    joint, size = np.zeros(len(frame), dtype=np.int64), 1
    levels: list[Labels] = []
    parts: list[IntArray] = []  # of each combination so far, the codes of the columns so far
    for part in name:
        codes, labels = encoders.get(part, encode)(frame[part], part)
        width = len(labels) + 1
        joint, found = compact(
            joint.astype(np.int64) * width + (codes.astype(np.int64) + 1), size * width
        )
        size = len(found)
        before, own = np.divmod(found, width)
        parts = [*(one[before] for one in parts), own - 1]
        levels.append(labels)
    return joint, combinations(levels, parts)

"""Reports as flat names and numbers, for dashboards."""

from __future__ import annotations

import re
from hashlib import blake2b

import pandas as pd

from pdkl.report import plain
from pdkl.results.reading import count_statuses, is_missing, keys_of
from pdkl.results.statuses import STATUSES

_TOLD = ("score", "excess", "p_adjusted", "missing", "n")  # of each row


def metrics(frame: pd.DataFrame, *, passed: bool) -> dict[str, float]:
    """Name each number of the rows that has a value, and how many rows have which status."""
    counts = count_statuses(frame)
    found: dict[str, float] = {"pdkl_passed": int(passed), "pdkl_rows": len(frame)}
    found |= {f"pdkl_rows_{one.name}": counts.get(one.name, 0) for one in STATUSES}
    numbers = {name: frame[name].astype(object).tolist() for name in _TOLD}
    for i, (segment, column) in enumerate(plain.called(frame)):
        parts = [column, segment] if keys_of(frame) else [column]
        stem = "__".join(("pdkl", *map(_name, parts)))
        for name, values in numbers.items():
            if not is_missing(values[i]):
                found[f"{stem}__{name}"] = values[i]
    return found


def _name(part: str) -> str:
    """Return letters, digits and single underscores; a digest tells what was something else.

    No part has two underscores in a row, which are between the parts, and none that was safe looks
    as if it ended with a digest.
    """
    safe = re.sub("[^A-Za-z0-9]+", "_", part).strip("_")
    if safe == part and not re.fullmatch("(.*_)?[0-9a-f]{12}", part):
        return safe
    digest = blake2b(part.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
    return f"{safe}_{digest}" if safe else digest

"""The catalogue, taken apart by what a term sees."""

from __future__ import annotations

from pdkl.core.measures.catalogue import MEASURES
from pdkl.core.measures.measure import Measure

BY_CATEGORY: dict[str, Measure] = {n: one for n, one in MEASURES.items() if not one.ordered}
BY_VALUE: dict[str, Measure] = {n: one for n, one in MEASURES.items() if one.ordered}

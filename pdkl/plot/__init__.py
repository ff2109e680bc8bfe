"""Pictures of tidy result frames. Needs matplotlib: ``pip install 'pdkl[plot]'``."""

from pdkl.plot._changes import changes
from pdkl.plot._contributions import contributions
from pdkl.plot._distribution import distribution
from pdkl.plot._drift import drift
from pdkl.plot._explain import explain
from pdkl.plot._heatmap import heatmap
from pdkl.plot._histogram import histogram
from pdkl.plot._timeline import timeline

__all__ = [
    "changes",
    "contributions",
    "distribution",
    "drift",
    "explain",
    "heatmap",
    "histogram",
    "timeline",
]

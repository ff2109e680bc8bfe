"""Information theory on data frames.

Importing ``pdkl`` gives every pandas DataFrame and Series the accessor ``info_theory``.
`InfoTheory` and `SeriesInfoTheory` are the same methods for those who want static types.
"""

from pdkl import _loading as _loading  # before all that takes long

# isort: split
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pandas as pd

from pdkl import datasets
from pdkl._version import __version__
from pdkl.api.catalogue import estimators, measures
from pdkl.api.config import load_config
from pdkl.api.frame import InfoTheory
from pdkl.api.scan import scan
from pdkl.api.series import SeriesInfoTheory
from pdkl.codes.rolling import Rolling
from pdkl.core.measures.measure import Measure
from pdkl.core.validation import ColumnNotFoundError
from pdkl.sources.profile.profile import Profile, load_profile

if TYPE_CHECKING:
    from pdkl import plot
    from pdkl.report.document import Report

__all__ = [
    "ColumnNotFoundError",
    "InfoTheory",
    "Measure",
    "Profile",
    "Report",
    "Rolling",
    "SeriesInfoTheory",
    "__version__",
    "datasets",
    "estimators",
    "load_config",
    "load_profile",
    "measures",
    "plot",
    "scan",
]

pd.api.extensions.register_dataframe_accessor("info_theory")(InfoTheory)
pd.api.extensions.register_series_accessor("info_theory")(SeriesInfoTheory)


# what many calls never need is loaded when it is first named
_LATER = {"plot": "pdkl.plot", "Report": "pdkl.report.document"}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = import_module(_LATER[name])
    return module if name == "plot" else getattr(module, name)


def __dir__() -> list[str]:
    return sorted(__all__)

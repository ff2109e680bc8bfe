"""Information theory on data frames.

Importing ``pdkl`` gives every pandas DataFrame and Series the accessor ``info_theory``.
`InfoTheory` and `SeriesInfoTheory` are the same methods for those who want static types.
"""

import pandas as pd

from pdkl import plot
from pdkl.accessor import InfoTheory
from pdkl.catalogue import estimators, measures
from pdkl.core.measures import Measure
from pdkl.core.validation import ColumnNotFoundError
from pdkl.profile import Profile, load_profile
from pdkl.report.document import Report
from pdkl.scanning import scan
from pdkl.series import SeriesInfoTheory

__all__ = [
    "ColumnNotFoundError",
    "InfoTheory",
    "Measure",
    "Profile",
    "Report",
    "SeriesInfoTheory",
    "__version__",
    "estimators",
    "load_profile",
    "measures",
    "plot",
    "scan",
]

__version__ = "0.1.0"

pd.api.extensions.register_dataframe_accessor("info_theory")(InfoTheory)
pd.api.extensions.register_series_accessor("info_theory")(SeriesInfoTheory)

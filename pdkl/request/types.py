"""What keywords may be, for those who check types."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Literal

import pandas as pd

from pdkl.codes.rolling import Rolling

Against = Literal["rest", "all", "pairs", "previous", "uniform"]
Alphabet = Literal["observed", "declared"] | int
Base = Literal["nat", "bit", "dit", "nit"] | float
SmoothingRule = Literal["laplace", "jeffreys", "perks"] | float
Zeros = Literal["inf", "raise", "drop"] | float
By = Hashable | pd.Grouper | Rolling | list[Any]

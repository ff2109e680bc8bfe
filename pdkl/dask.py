"""Importing this gives every Dask DataFrame the accessor ``info_theory``."""

try:
    from dask.dataframe.extensions import register_dataframe_accessor
except ModuleNotFoundError as error:
    raise ImportError(
        "pdkl.dask needs Dask's data frames. Install them with: pip install 'dask[dataframe]'"
    ) from error

from pdkl.api.frame import InfoTheory

register_dataframe_accessor("info_theory")(InfoTheory)

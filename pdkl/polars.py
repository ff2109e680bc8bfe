"""Importing this gives every polars DataFrame and LazyFrame the accessor ``info_theory``."""

try:
    import polars as pl
except ModuleNotFoundError as error:
    raise ImportError(
        "pdkl.polars needs polars, and narwhals to read its frames. Install them with: "
        "pip install polars 'pdkl[engines]'"
    ) from error

from pdkl.api.frame import InfoTheory

pl.api.register_dataframe_namespace("info_theory")(InfoTheory)
pl.api.register_lazyframe_namespace("info_theory")(InfoTheory)

"""Frames of polars, DuckDB, Spark and Ibis: queries in, the distinct rows of their answers out."""

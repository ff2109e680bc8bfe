"""Drift as a check of a pandera schema, beside the checks of types and ranges.

Run it with ``pip install 'pandera[pandas]'`` and
``python examples/pipelines/pandera_check.py REFERENCE.parquet TODAY.parquet``.
"""

from __future__ import annotations

import sys

import pandas as pd
import pandera.pandas as pa

import pdkl


def schema_for(reference: pd.DataFrame) -> pa.DataFrameSchema:
    """Say what orders look like: their types, and that they are as they were."""

    def is_as_before(orders: pd.DataFrame) -> bool:
        return pdkl.InfoTheory(orders).report(reference, by="country", rng=0).passed

    return pa.DataFrameSchema(
        {"country": pa.Column(str), "payment": pa.Column(str), "price": pa.Column(float)},
        checks=pa.Check(is_as_before, error="orders have drifted"),
    )


def main() -> None:
    """Validate a day."""
    reference, today = (pd.read_parquet(path) for path in sys.argv[1:3])
    try:
        schema_for(reference).validate(today)
    except pa.errors.SchemaError as error:
        sys.exit(f"refused: {error.check.error}")
    print("accepted")


if __name__ == "__main__":
    main()

"""Data beyond one machine: the same call on Dask and on Spark, each in its local mode.

Both count the distinct combinations of group and category where the rows are. Needs
``pip install 'pdkl[engines]' 'dask[dataframe]' pyspark``, and Java 17 for Spark.
"""

import pandas as pd

from pdkl import InfoTheory

SHOWN = ["shop", "n", "n_reference", "kl_divergence", "unit"]


def orders(part: int) -> pd.DataFrame:
    """Make one part of the data, as a file of it would be read."""
    fruit = ["fig", "kiwi", "lime", "fig", "fig", "kiwi"]
    return pd.DataFrame({"shop": [f"shop {part}"] * 6 * (part + 1), "fruit": fruit * (part + 1)})


def with_dask() -> pd.DataFrame:
    """Ask Dask, which makes each part on a worker."""
    import dask.dataframe as dd

    parts = dd.from_map(orders, range(3))
    late = parts.assign(fruit=parts["fruit"].where(parts["shop"] != "shop 2", "lime"))
    return InfoTheory(late).kl_divergence("fruit", by="shop", against="all", base="bit")


def with_spark() -> pd.DataFrame:
    """Ask Spark the same."""
    from pyspark.sql import SparkSession, functions

    builder = SparkSession.builder.master("local[2]").appName("pdkl")
    for name, value in {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "2",
    }.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    try:
        rows = pd.concat([orders(part) for part in range(3)]).itertuples(index=False, name=None)
        frame = spark.createDataFrame(list(rows), "shop string, fruit string")
        lime = functions.when(functions.col("shop") == "shop 2", "lime")
        late = frame.withColumn("fruit", lime.otherwise(functions.col("fruit")))
        return InfoTheory(late).kl_divergence("fruit", by="shop", against="all", base="bit")
    finally:
        spark.stop()


if __name__ == "__main__":
    print("Dask:")
    print(with_dask()[SHOWN].to_string(index=False))
    print("Spark:")
    print(with_spark()[SHOWN].to_string(index=False))

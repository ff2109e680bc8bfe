"""A question on a cluster of Spark: two executors, and what travels between them.

Spark's ``local-cluster`` mode starts a master, two workers and an executor in each, all as
processes of their own that talk over the network. Each executor counts the distinct combinations of
its rows; these are shuffled by key, added, and come home as Arrow. The bytes are those that Spark
itself reports of each stage.

Run it with ``pip install 'pdkl[engines]' pyspark``, Java 17, and
``python examples/cluster_spark.py``.
"""

from __future__ import annotations

import argparse
import json
import os
import urllib.request
from pathlib import Path
from typing import Any

import pdkl

SHOWN = ["shop", "column", "n", "n_reference", "js_divergence", "unit"]
SETTINGS = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.port": "0",  # any that is free
    "spark.ui.showConsoleProgress": "false",
    "spark.executor.memory": "512m",
    "spark.scheduler.minRegisteredResourcesRatio": "1.0",  # wait for both executors
    "spark.scheduler.maxRegisteredResourcesWaitingTime": "120s",
    "spark.sql.shuffle.partitions": "2",
    "spark.log.level": "ERROR",
}


def orders(spark: Any, rows: int, partitions: int) -> Any:
    """Make the data on the executors, as files of it would be read."""
    product = "id div 3 % (7 + 2 * (id % 3))"
    return spark.range(0, rows, numPartitions=partitions).selectExpr(
        "concat('shop ', id % 3) as shop", f"concat('product ', {product}) as product"
    )


def told(spark: Any, what: str) -> list[dict[str, Any]]:
    """Ask Spark what it knows of itself."""
    context = spark.sparkContext
    address = f"{context.uiWebUrl}/api/v1/applications/{context.applicationId}/{what}"
    with urllib.request.urlopen(address) as answer:
        found: list[dict[str, Any]] = json.load(answer)
    return found


def main() -> None:
    """Ask, and print what has travelled."""
    import pyspark
    from pyspark.sql import SparkSession

    parser = argparse.ArgumentParser(description="A question on a cluster of Spark.")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--partitions", type=int, default=100)
    asked = parser.parse_args()
    # the workers are started by the programs of Spark, which pip installs beside the package
    os.environ.setdefault("SPARK_HOME", str(Path(pyspark.__file__).parent))
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    builder = SparkSession.builder.master("local-cluster[2,1,512]").appName("pdkl")
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    try:
        frame = orders(spark, asked.rows, asked.partitions)
        answer = pdkl.InfoTheory(frame).js_divergence(
            "product", by="shop", against="rest", base="bit"
        )
        stages, executors = told(spark, "stages"), len(told(spark, "executors")) - 1
        sample = frame.limit(1000).toArrow()
    finally:
        spark.stop()

    print(f"{asked.rows:,} rows in {asked.partitions} partitions on {executors} executors")
    print(answer[SHOWN].to_string(index=False))
    print(f"{'What':34} {'bytes':>12} {'per row':>8}")
    for what, size in (
        ("shuffled by key", sum(stage["shuffleReadBytes"] for stage in stages)),
        ("sent to the driver", sum(stage["resultSize"] for stage in stages)),
        ("the rows, had they been sent", sample.nbytes * asked.rows // len(sample)),
    ):
        print(f"{what:34} {size:12,} {size / asked.rows:8.3f}")


if __name__ == "__main__":
    main()

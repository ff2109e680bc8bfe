"""The frames that examples start from."""

from __future__ import annotations

import pandas as pd

import pdkl


def test_orders_are_the_same_each_time_and_what_they_say() -> None:
    orders = pdkl.datasets.orders()
    pd.testing.assert_frame_equal(orders, pdkl.datasets.orders())
    assert orders["month"].value_counts().to_dict() == {"May": 2000, "June": 2000}
    assert orders["order"].is_unique
    assert orders["date"].is_monotonic_increasing
    assert (orders["date"].dt.month_name() == orders["month"]).all()
    groups = orders.info_theory.entropy("shop", by="month")["month"]
    assert groups.tolist() == ["May", "June"]  # as text they would be the other way round
    payments = orders.dropna().groupby("month", observed=True)["payment"].unique()
    assert set(payments["June"]) - set(payments["May"]) == {"wallet"}
    assert set(payments["May"]) - set(payments["June"]) == {"cheque"}
    broken = orders[orders["price"] < 0]
    assert broken[["month", "shop", "price"]].drop_duplicates().to_numpy().tolist() == [
        ["June", "Lyon", -1.0]
    ]
    missing = orders["payment"].isna().groupby(orders["month"], observed=True).mean()
    assert missing["June"] > 2 * missing["May"] > 0


def test_orders_drift_as_they_say() -> None:
    orders = pdkl.datasets.orders()
    may, june = (orders[orders["month"] == month] for month in ("May", "June"))
    drift = june.info_theory.drift(may, ["product", "payment", "price"], by="shop")
    found = drift[drift["status"] == "drift"].groupby("column")["shop"].agg(list).to_dict()
    assert found["product"] == ["Oslo"]
    assert found["payment"] == ["Berlin", "Lyon", "Oslo"]
    assert "Lyon" in found["price"]
    assert "Berlin" not in found["price"]


def test_dice_are_those_of_the_textbook() -> None:
    dice = pdkl.datasets.dice()
    assert dice.groupby("die")["rolls"].agg(list).to_dict() == {
        "fair": [10] * 6,
        "loaded": [30, 6, 6, 6, 6, 6],
    }

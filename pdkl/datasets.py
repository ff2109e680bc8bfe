"""Small frames made up by code, the same on every machine, for examples and for trying things."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Mapping
from itertools import accumulate
from random import Random

import pandas as pd

_FIRST_DAY, _DAYS = "2024-05-01", {"May": 31, "June": 30}
_ROWS = 2000  # of each month
_SHOPS = {"Berlin": 0.5, "Lyon": 0.3, "Oslo": 0.2}
_PRODUCTS = {"book": 0.3, "lamp": 0.2, "mug": 0.2, "poster": 0.15, "umbrella": 0.1, "globe": 0.05}
_UMBRELLAS = {
    "book": 0.2,
    "lamp": 0.15,
    "mug": 0.15,
    "poster": 0.1,
    "umbrella": 0.35,
    "globe": 0.05,
}
_PAYMENTS = {
    "May": {"card": 0.66, "cash": 0.25, "cheque": 0.03, "voucher": 0.04, "": 0.02},
    "June": {"card": 0.60, "cash": 0.24, "wallet": 0.04, "voucher": 0.04, "": 0.08},
}
_MEAN_PRICE = {"book": 14, "lamp": 42, "mug": 9, "poster": 19, "umbrella": 24, "globe": 65}
_RETURNED = {
    "book": 0.02,
    "lamp": 0.12,
    "mug": 0.05,
    "poster": 0.03,
    "umbrella": 0.04,
    "globe": 0.2,
}
_BROKEN = 0.1  # of the prices in Lyon in June are -1
_LOADED, _FAIR = (5, 1, 1, 1, 1, 1), (1, 1, 1, 1, 1, 1)
_ROLLS = 60


def orders() -> pd.DataFrame:
    """Make up the orders of three shops in May and June.

    June differs from May in what people call drift: the payment "wallet" is new, "cheque" is
    gone, and more payments are missing; in Oslo it rained, and a third of the orders are
    umbrellas; in Lyon a tenth of the prices are -1, as an import broke.

    Returns
    -------
    DataFrame
        4,000 rows, 2,000 of each month, by date:

        - ``order``: integers, each once
        - ``date``: days from 2024-05-01 to 2024-06-30
        - ``month``: May or June, a categorical in this order
        - ``shop``: Berlin, Lyon or Oslo
        - ``product``: one of six
        - ``payment``: card, cash, cheque, voucher or wallet; some are missing
        - ``price``: of one piece, in euros
        - ``pieces``: how many, 1 to 4
        - ``returned``: whether it came back, which depends on the product

    Examples
    --------
    >>> import pdkl
    >>> orders = pdkl.datasets.orders()
    >>> may, june = (orders[orders["month"] == month] for month in ("May", "June"))
    >>> drift = june.info_theory.drift(may, exclude=["order", "date", "month"])
    >>> drift[["column", "status", "score", "top_category"]].round(3)
         column status  score top_category
    0      shop     ok  0.018         Lyon
    1   product     ok  0.067     umbrella
    2   payment  drift  0.215       wallet
    3     price  drift  0.118   below 6.75
    4    pieces     ok  0.017            3
    5  returned     ok  0.013         True
    """
    random = Random(4)  # whose numbers are the same in every version
    rows = []
    first = pd.Timestamp(_FIRST_DAY)
    for month, days in _DAYS.items():
        dates = sorted(int(random.random() * days) for _ in range(_ROWS))
        for day in dates:
            shop = _drawn(random, _SHOPS)
            rainy = month == "June" and shop == "Oslo"
            product = _drawn(random, _UMBRELLAS if rainy else _PRODUCTS)
            payment = _drawn(random, _PAYMENTS[month]) or None
            price = round(_MEAN_PRICE[product] * (0.75 + random.random() / 2), 2)
            pieces = 1 + int(4 * random.random() ** 3)
            returned = random.random() < _RETURNED[product]
            if month == "June" and shop == "Lyon" and random.random() < _BROKEN:
                price = -1.0
            date = first + pd.Timedelta(days=day)
            rows.append((date, month, shop, product, payment, price, pieces, returned))
        first += pd.Timedelta(days=days)
    names = ["date", "month", "shop", "product", "payment", "price", "pieces", "returned"]
    frame = pd.DataFrame(rows, columns=names)
    months = pd.CategoricalDtype(list(_DAYS), ordered=True)
    frame = frame.astype({"date": "datetime64[us]", "month": months})
    frame.insert(0, "order", range(10_001, 10_001 + len(frame)))
    return frame


def dice() -> pd.DataFrame:
    """Count the rolls of a fair die, and of a loaded one that shows 1 half of the time.

    Returns
    -------
    DataFrame
        A row for each ``die`` ("fair", "loaded") and each ``face`` (1 to 6); ``rolls`` says how
        often it was shown, of 60 times.

    Examples
    --------
    >>> import pdkl
    >>> dice = pdkl.datasets.dice()
    >>> entropy = dice.info_theory.entropy("face", by="die", weights="rolls", base="bit")
    >>> entropy[["die", "n", "entropy"]].round(3)
          die   n  entropy
    0    fair  60    2.585
    1  loaded  60    2.161
    """
    rolls = [
        (name, face, _ROLLS * share // sum(shares))
        for name, shares in (("fair", _FAIR), ("loaded", _LOADED))
        for face, share in enumerate(shares, start=1)
    ]
    return pd.DataFrame(rolls, columns=["die", "face", "rolls"])


def _drawn(random: Random, shares: Mapping[str, float]) -> str:
    """Draw a category."""
    ends = list(accumulate(shares.values()))
    return list(shares)[bisect(ends, random.random() * ends[-1])]

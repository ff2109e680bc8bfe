"""Logarithms with twice the digits of a float64, as a sum of two of them."""

from __future__ import annotations

from decimal import Context, Decimal
from functools import cache
from typing import NamedTuple

import numpy as np

from pdkl.core.numerics.exact import FloatArray, exact_product, exact_sum

_CELLS = 1 << 14  # taken at a time: the many small steps stay in the cache
_STEPS = 256  # the table has an entry for every 1/256 of [1/2, 1]
_LAST = 13  # term of the series; at |z| <= 2**-7.6 the next is below 2**-105


class Double(NamedTuple):
    """The unevaluated sum of two arrays, the second of which is a rounding error of the first."""

    high: FloatArray
    low: FloatArray


def log(values: FloatArray) -> Double:
    """Return the logarithm of positive values, with an absolute error below 2**-90."""
    high, low = np.empty_like(values), np.empty_like(values)
    flat, flat_high, flat_low = values.reshape(-1), high.reshape(-1), low.reshape(-1)
    for start in range(0, flat.size, _CELLS):
        some = slice(start, start + _CELLS)
        flat_high[some], flat_low[some] = _log(flat[some])
    return Double(high, low)


def _log(values: FloatArray) -> Double:
    mantissa, exponent = np.frexp(values)
    entry = np.rint((mantissa - 0.5) * _STEPS).astype(np.intp)
    inverse, log_high, log_low, two_high, two_low = _table()
    # mantissa * inverse is so close to 1 that a few terms of log(1 + z) do
    product, error = exact_product(mantissa, inverse[entry])
    z = Double(product - 1.0, error)
    tail = np.zeros_like(values)
    for k in range(_LAST, 4, -1):
        tail = 1.0 / k - z.high * tail
    series = Double(tail, np.zeros_like(values))
    for k in range(4, 0, -1):
        high, low = _times(series, z)
        series = _plus(Double(-high, -low), Double(np.array(1.0 / k), np.array(_inverse_low(k))))
    turns = exponent.astype(np.float64)
    high, low = exact_product(turns, np.full_like(turns, two_high))
    whole = _plus(Double(high, low + turns * two_low), Double(log_high[entry], log_low[entry]))
    return _plus(whole, _times(series, z))


def _inverse_low(k: int) -> float:
    """Return what 1 / k is more than the float64 nearest to it."""
    return float(_digits().subtract(_digits().divide(Decimal(1), Decimal(k)), Decimal(1.0 / k)))


def _digits() -> Context:
    return Context(prec=60)


@cache
def _table() -> tuple[FloatArray, FloatArray, FloatArray, float, float]:
    """Give short inverses of [1/2, 1], minus the logarithm of each, and that of 2."""
    context = _digits()
    inverse = np.rint(1024.0 / (0.5 + np.arange(_STEPS // 2 + 1) / _STEPS)) / 1024.0

    def halves(value: Decimal) -> tuple[float, float]:
        return float(value), float(context.subtract(value, Decimal(float(value))))

    logs = [halves(context.minus(context.ln(Decimal(float(one))))) for one in inverse]
    high, low = np.array(logs).T
    return inverse, high, low, *halves(context.ln(Decimal(2)))


def _plus(a: Double, b: Double) -> Double:
    total, error = exact_sum(a.high, b.high)
    return _tidied(total, error + (a.low + b.low))


def _times(a: Double, b: Double) -> Double:
    product, error = exact_product(a.high, b.high)
    return _tidied(product, error + (a.high * b.low + a.low * b.high))


def _tidied(high: FloatArray, low: FloatArray) -> Double:
    total = high + low
    return Double(total, low - (total - high))

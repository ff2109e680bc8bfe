"""Floating-point building blocks that keep the digits which textbook formulas lose."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
_SPLITTER = 134217729.0  # 2**27 + 1: halves a float64 into two 26-bit numbers
_LARGE, _DOWN = 2.0**900, 128  # sums of larger values are taken by 2**-128


def exact_product(a: FloatArray, b: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return ``a * b`` as a rounded product and its rounding error (Dekker 1971)."""
    product = a * b
    a_scaled, b_scaled = _SPLITTER * a, _SPLITTER * b
    a_high = a_scaled - (a_scaled - a)
    b_high = b_scaled - (b_scaled - b)
    a_low, b_low = a - a_high, b - b_high
    error = ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low
    return product, error


def exact_sum(a: FloatArray, b: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return ``a + b`` as a rounded sum and its rounding error (Knuth 1969)."""
    total = a + b
    part = total - a
    return total, (a - (total - part)) + (b - part)


def cross_difference(a: FloatArray, b: FloatArray, c: FloatArray, d: FloatArray) -> FloatArray:
    """Return ``a * d - c * b`` without the cancellation between the two products."""
    left, left_error = exact_product(a, d)
    right, right_error = exact_product(c, b)
    return np.asarray((left - right) + (left_error - right_error))


def deviance(p: FloatArray, q: FloatArray, difference: FloatArray) -> FloatArray:
    """Return ``p * log(p / q) - (p - q)``, never negative, given ``difference = p - q``.

    Summed over two distributions it is their KL divergence, because the differences sum to 0;
    unlike ``p * log(p / q)`` its terms do not cancel. Near p = q it is the series of
    Loader (2000), "Fast and accurate computation of binomial probabilities"; it is ``q`` at
    p = 0 and infinite at q = 0 < p.
    """
    result = np.where(p > 0, np.inf, q)
    both = (p > 0) & (q > 0)
    with np.errstate(invalid="ignore"):  # 0 / 0 where neither is, which is never looked at
        v = difference / (p + q)
    close = np.abs(v) <= 0.1
    far = np.flatnonzero(both & ~close)
    p_far, q_far = p[far], q[far]
    result[far] = p_far * _log_quotient(p_far, q_far) - difference[far]
    near = np.flatnonzero(both & close)
    v = v[near]
    v2 = v * v
    # sum over j of v**(2j) / (2j + 1), j = 1..9: at |v| = 0.1 the tenth is below 1e-20
    tail = np.zeros_like(v)
    for j in range(9, 0, -1):
        tail += 1.0 / (2 * j + 1)
        tail *= v2
    result[near] = difference[near] * v + 2.0 * p[near] * v * tail
    return result


def jensen(p: FloatArray, q: FloatArray, difference: FloatArray) -> FloatArray:
    """Return ``(p log(p / m) + q log(q / m)) / 2``, m = (p + q) / 2, never negative.

    Given ``difference = p - q``. Near p = q it is a series in v = (p - q) / (p + q): what is
    ``(1 + v) log(1 + v) + (1 - v) log(1 - v)`` has even powers only, all positive.
    """
    total = p + q  # twice m, which might vanish in halving
    v = np.divide(difference, total, out=np.zeros_like(total), where=total > 0)
    far = np.flatnonzero(np.abs(v) > 0.2)
    terms = 0.25 * difference * v
    v *= v
    v[far] = 0.0
    # sum over k of v**(2k - 2) / (k (2k - 1)), k = 1..12: at |v| = 0.2 the next is below 1e-19
    series = np.full_like(v, 1.0 / (12 * 23))
    for k in range(11, 0, -1):
        series *= v
        series += 1.0 / (k * (2 * k - 1))
    terms *= series
    p, q, total = p[far], q[far], total[far]
    terms[far] = 0.5 * (_times_log_of_twice(p, total) + _times_log_of_twice(q, total))
    return terms


def _times_log_of_twice(p: FloatArray, total: FloatArray) -> FloatArray:
    """Return ``p * log(2 * p / total)``, 0 at p = 0."""
    return np.multiply(p, _log_quotient(2.0 * p, total), out=np.zeros_like(p), where=p > 0)


def log_ratio(p: FloatArray, q: FloatArray, difference: FloatArray) -> FloatArray:
    """Return ``log(p / q)``, exact near p = q; infinite where one of them is 0."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        near = np.log1p(difference / q)
        return np.where(np.abs(difference) <= 0.5 * q, near, _log_quotient(p, q))


def _log_quotient(p: FloatArray, q: FloatArray) -> FloatArray:
    """Return ``log(p / q)`` also where the quotient leaves the range of float64."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore", under="ignore"):
        ratio = p / q
        result = np.log(ratio)
        outside = (ratio == 0) | np.isinf(ratio)
        result[outside] = np.log(p[outside]) - np.log(q[outside])
    return result


def power_term(p: FloatArray, q: FloatArray, difference: FloatArray, order: float) -> FloatArray:
    """Return ``p**a * q**(1 - a) - a * p - (1 - a) * q`` for an order a of at least 0.

    Summed over two distributions it is ``sum p**a * q**(1 - a) - 1``. All terms have the sign of
    a (a - 1), so they do not cancel; near p = q each is a series in log(p / q).
    """
    result = np.where(p > 0, np.inf if order > 1 else -order * p, (order - 1.0) * q)
    both = np.flatnonzero((p > 0) & (q > 0))
    p, q = p[both], q[both]
    x = log_ratio(p, q, difference[both])
    if order > 0.5:  # the same with p and q in each other's place: an order near 1 is near 0 then
        p, q, x, order = q, p, -x, 1.0 - order
    steep = max(-order, 1.0)
    near = np.abs(x) <= 0.1 / steep
    # sum over k of (a**k - a) x**k / k!, k = 2..12, in what x is times the larger of |a| and 1
    y, series = np.where(near, steep * x, 0.0), np.zeros_like(x)
    for k in range(12, 1, -1):
        even = (order / steep) ** k - (order / steep) * steep ** (1.0 - k)
        series = series * y + even / math.factorial(k)
    series *= y * y
    with np.errstate(over="ignore"):
        far = np.expm1(np.minimum(order * x, 700.0)) - order * np.expm1(np.minimum(x, 700.0))
        values = q * np.where(near, series, far)
        # the quotient may leave the range of floats where the product does not
        wide = np.abs(x) > 300.0 / steep
        p, q, tilt = p[wide], q[wide], order * x[wide]
        gain = np.where(
            np.abs(tilt) < 1.0,
            q * np.expm1(np.clip(tilt, -1.0, 1.0)),
            np.exp(tilt + np.log(q)) - q,
        )
        values[wide] = gain - order * (p - q)
    result[both] = values
    return result


def surprisal(count: FloatArray, total: FloatArray) -> FloatArray:
    """Return ``-log(count / total)``, exact near 1, and infinite for nothing or of nothing."""
    count, total = np.broadcast_arrays(count, total)
    with np.errstate(divide="ignore", invalid="ignore"):
        result = np.asarray(count / total)
        np.subtract(0.0, np.log(result, out=result), out=result)
    result[~(count > 0)] = np.inf
    common = count > 0.5 * total
    count, total = count[common], total[common]
    # total - count is exact there (Sterbenz), so the logarithm keeps all its digits
    result[common] = 0.0 - np.log1p(-(total - count) / total)
    return result


def segment_sum(values: FloatArray, segment: IntArray, size: int) -> FloatArray:
    """Sum ``values`` by segment; the same values give the same bits in any order.

    Each value is split on a grid so coarse that the sums of the parts are exact, hence free of
    order (Demmel and Nguyen 2013, "Fast reproducible floating-point summation"). Two levels
    leave a relative error far below one rounding. Infinite values make an infinite sum.
    """
    magnitude = np.abs(values)
    large = magnitude > _LARGE
    if large.any():
        return _sum_large(values, segment, size, large)
    rest = values
    if len(segment) and (segment[1:] >= segment[:-1]).all():
        total = _sum_runs(rest, magnitude, segment, size)
    else:
        number = np.bincount(segment, minlength=size)
        largest = segment_max(magnitude, segment, size)
        total = np.zeros(size)
        for grid in grids(largest, number):
            shift = grid[segment]
            part = (rest + shift) - shift
            total += np.bincount(segment, weights=part, minlength=size)
            rest = rest - part
    return total


def sum_of_few(values: FloatArray, place: IntArray, segment: IntArray, size: int) -> FloatArray:
    """Sum ``values[place]`` by segment as `segment_sum` does, where many places share few values.

    So these are split, on grids for all segments, which keep the digits of all unless some values
    are far smaller than others.
    """
    magnitude = np.abs(values)
    largest = magnitude.max(initial=0.0)
    least = magnitude.min(initial=largest, where=magnitude > 0)
    alike = 2.0**-10 * largest <= least and largest <= _LARGE
    if not alike or not len(segment) or (segment[1:] < segment[:-1]).any():
        return segment_sum(values[place], segment, size)
    first = run_starts(segment)
    number = np.diff(first, append=len(segment)).max()
    run = np.zeros(len(first))
    for grid in grids(np.array([largest]), np.array([number])):
        part = (values + grid) - grid
        run += np.add.reduceat(part[place], first)
        values = values - part
    total = np.zeros(size)
    total[segment[first]] = run
    return total


def _sum_large(
    values: FloatArray, segment: IntArray, size: int, large: NDArray[np.bool_]
) -> FloatArray:
    """Sum where some are so large that a grid would leave the range of floats, or infinite."""
    infinite, scale = np.isinf(values), np.zeros(size, dtype=np.int64)
    scale[segment[large]] = _DOWN
    total = segment_sum(np.ldexp(np.where(infinite, 0.0, values), -scale[segment]), segment, size)
    with np.errstate(over="ignore"):
        total = np.ldexp(total, scale)
    total[segment[infinite]] = np.inf
    return total


def sum_in_order(values: FloatArray, segment: IntArray, size: int) -> FloatArray:
    """Sum ``values`` by segment one after the other, for those whose order is settled already."""
    # without any value NumPy counts in integers
    return np.bincount(segment, weights=values, minlength=size).astype(np.float64, copy=False)


def _sum_runs(
    values: FloatArray, magnitude: FloatArray, segment: IntArray, size: int
) -> FloatArray:
    """Sum where each segment is one run, in the order of the segments, which is faster."""
    first = run_starts(segment)
    number = np.diff(first, append=len(segment))
    run, part = np.zeros(len(first)), np.zeros_like(values)
    for grid in grids(np.maximum.reduceat(magnitude, first), number):
        values = values - part  # what the grid before has left
        shift = np.repeat(grid, number)
        np.add(values, shift, out=part)
        part -= shift
        run += np.add.reduceat(part, first)
    total = np.zeros(size)
    total[segment[first]] = run
    return total


def run_starts(segment: IntArray) -> IntArray:
    """Return where each run of a segment begins."""
    first = np.arange(len(segment[:1]))  # of nothing there is none
    return np.concatenate([first, np.flatnonzero(segment[1:] != segment[:-1]) + 1])


def grids(largest: FloatArray, number: IntArray, levels: int = 2) -> Iterator[FloatArray]:
    """Give so many numbers for each segment; adding and taking them away rounds to a grid.

    So many values of the first grid, up to the largest, have an exact sum; the next is for what
    the one before leaves.
    """
    spare = np.ceil(np.log2(np.maximum(number, 1))).astype(np.int32) + 1
    exponent = np.frexp(largest)[1] + spare
    for _ in range(levels):
        yield np.ldexp(1.5, np.maximum(exponent, -969))  # of this, one ulp is 2**(exponent - 52)
        exponent += spare - 52  # half an ulp is the most that is left


def segment_max(values: FloatArray, segment: IntArray, size: int) -> FloatArray:
    """Take the largest of non-negative values by segment, 0 for an empty one."""
    largest = np.zeros(size)
    np.maximum.at(largest, segment, values)
    return largest

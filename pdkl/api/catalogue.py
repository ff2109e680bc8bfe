"""The catalogues as tidy frames, for people to read."""

from __future__ import annotations

import pandas as pd

from pdkl.core.measures.catalogue import FAMILIES, MEASURES
from pdkl.core.measures.estimators import ESTIMATORS

_EXAMPLE_ORDER = 2.0


def measures() -> pd.DataFrame:
    """List the measures that `InfoTheory.divergence`, `diversity` and `contributions` know.

    Returns
    -------
    pandas.DataFrame
        A row per measure: ``name``, ``formula``, ``bounds`` (str), ``one_sided`` (bool, whether it
        is one of P alone, which `InfoTheory.diversity` takes), ``symmetric``, ``metric``
        (bool), ``divides_by`` (the side on which ``zeros`` acts: p, q, both or none), ``unit``
        (log: that of ``base``; sqrt(log): its root; column: that of the column, times being in
        seconds and levels in ranks; none), ``ordered`` (bool, whether it is of numbers, times and
        ordered levels, by value), ``order`` (bool, whether it is given as ``(name, order)``, an
        order of at least 0, ``math.inf`` included; formula and bounds then have it as a, and are
        those of another order than 0, 1 and inf), ``reference`` (str).

    Examples
    --------
    >>> import pdkl
    >>> catalogue = pdkl.measures().set_index("name")
    >>> catalogue.loc["hellinger", "formula"]
    'sqrt(sum (sqrt p - sqrt q)^2 / 2)'
    >>> catalogue.index[catalogue["metric"] & ~catalogue["ordered"]].tolist()
    ['js_distance', 'total_variation', 'hellinger', 'max_difference']
    >>> catalogue.index[catalogue["one_sided"]].tolist()[:3]
    ['entropy', 'perplexity', 'normalized_entropy']
    >>> catalogue.index[catalogue["ordered"]].tolist()
    ['kolmogorov_smirnov', 'wasserstein', 'wasserstein_scaled']
    """
    records = [
        *((measure, False) for measure in MEASURES.values()),
        *((make(_EXAMPLE_ORDER), True) for make in FAMILIES.values()),
    ]
    units = {1.0: "log", 0.5: "sqrt(log)", 0.0: "none"}
    return pd.DataFrame(
        [
            {
                "name": measure.name,
                "formula": measure.formula,
                "bounds": measure.bounds,
                "one_sided": measure.one_sided,
                "symmetric": measure.symmetric,
                "metric": measure.metric,
                "divides_by": measure.divides_by or "none",
                "unit": "column" if measure.in_column_unit else units[measure.log_power],
                "ordered": measure.ordered,
                "order": order,
                "reference": measure.reference,
            }
            for measure, order in records
        ]
    )


def estimators() -> pd.DataFrame:
    """List the estimators of entropy that ``estimator=`` knows.

    Returns
    -------
    pandas.DataFrame
        A row per estimator: ``name``, ``alphabet`` (occurring: only categories that occur matter;
        declared: the size that ``alphabet=`` gives matters too), ``summary`` (formula, source, and
        what it gives for a single category, for all singletons and for n = 1; there n_i is a
        count, n their sum, m how many categories occur, K the size of the alphabet).

    Examples
    --------
    >>> import pdkl
    >>> pdkl.estimators()["name"].tolist()[:4]
    ['plugin', 'miller-madow', 'jackknife', 'chao-shen']
    """
    return pd.DataFrame(
        [
            {"name": one.name, "alphabet": one.alphabet, "summary": one.summary}
            for one in ESTIMATORS.values()
        ]
    )

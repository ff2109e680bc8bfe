"""The typed spellings, as a type checker sees them: mypy reads this file, then it runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

import pdkl

if TYPE_CHECKING:
    from typing import assert_type

    _frame = pd.DataFrame({"a": ["u"], "b": ["v"], "g": [1]})
    _series: pd.Series[Any] = _frame["a"]
    _theory = pdkl.InfoTheory(_frame)
    assert_type(_frame.pipe(pdkl.InfoTheory), pdkl.InfoTheory)
    assert_type(_theory.entropy(["a", "b"], by="g", base="bit"), pd.DataFrame)
    assert_type(_theory.cross_entropy("a", "b", zeros=1e-6), pd.DataFrame)
    assert_type(_theory.kl_divergence("a", by="g", against="rest", base=3), pd.DataFrame)
    assert_type(_theory.js_divergence("a", reference={"u": 1.0}), pd.DataFrame)
    assert_type(_theory.contributions("a", reference=_frame, smoothing="perks"), pd.DataFrame)
    assert_type(
        _theory.divergence("a", "b", measures=["psi", ("renyi_divergence", 2)]), pd.DataFrame
    )
    assert_type(_theory.js_divergence("a", "b", test="permutation", rng=1), pd.DataFrame)
    assert_type(_theory.mutual_information(normalized="x", bins={"g": 2}), pd.DataFrame)
    assert_type(_theory.conditional_entropy("a", "b", estimator="nsb"), pd.DataFrame)
    assert_type(_theory.total_correlation(["a", "b"], by="g"), pd.DataFrame)
    assert_type(_theory.interaction_information("a", "b", ["g"]), pd.DataFrame)
    assert_type(_theory.pointwise_information("a", "b", given="g"), pd.DataFrame)
    assert_type(_theory.weight_of_evidence("a", "b", event=1, smoothing=None), pd.DataFrame)
    assert_type(pdkl.measures(), pd.DataFrame)
    assert_type(_theory.distribution(by=pd.Grouper(key="g"), alphabet=3), pd.DataFrame)
    assert_type(_theory.binary_cross_entropy("a", "b", clip=0.1), pd.DataFrame)
    assert_type(_theory.categorical_cross_entropy("a", {"u": "b"}), pd.DataFrame)
    assert_type(pdkl.SeriesInfoTheory(_series).entropy(), float)
    assert_type(pdkl.SeriesInfoTheory(_series).kl_divergence(_series), float)
    assert_type(pdkl.SeriesInfoTheory(_series).js_divergence({"u": 0.5}), float)
    # what a checker must refuse: strict mode reports an ignore that is not needed
    _theory.kl_divergence("a", against="others")  # type: ignore[arg-type]
    _theory.entropy("a", base="bits")  # type: ignore[arg-type]
    _theory.entropy("a", "b")  # type: ignore
    _theory.js_divergence("a", zeros="drop")  # type: ignore[call-arg]


def test_a_strict_type_checker_agrees() -> None:
    command = [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", __file__]
    root = Path(__file__).parent.parent
    run = subprocess.run(command, capture_output=True, text=True, check=False, cwd=root)
    assert run.returncode == 0, run.stdout


def test_the_package_says_that_it_is_typed() -> None:
    assert (Path(pdkl.__file__).parent / "py.typed").exists()

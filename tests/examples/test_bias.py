"""The example of bias runs, and shows what its docstring says."""

import subprocess
import sys
from pathlib import Path

import pandas as pd

from pdkl.core.measures.estimators import ESTIMATORS

SCRIPT = Path(__file__).parents[2] / "examples" / "bias.py"


def test_bias(tmp_path: Path) -> None:
    file = tmp_path / "bias.csv"
    sizes = ["--categories", "30", "--sizes", "20", "300", "--repeats", "40", "--csv", str(file)]
    command = [sys.executable, "-W", "error", str(SCRIPT), *sizes]
    done = subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("The truth, in nats:\n")
    printed = [line.split()[0] for line in done.stdout.splitlines() if line]
    assert [name for name in printed if name in ESTIMATORS] == 2 * list(ESTIMATORS)

    result = pd.read_csv(file)
    assert len(result) == 2 * 2 * len(ESTIMATORS)
    assert (result["rmse"] >= result["bias"].abs()).all()
    keys = zip(result["source"], result["n"], result["estimator"], strict=True)
    bias = dict(zip(keys, result["bias"].tolist(), strict=True))
    for source in ("uniform", "zipf"):
        few, many = bias[source, 20, "plugin"], bias[source, 300, "plugin"]
        assert few < many < 0
        for name in ("miller-madow", "jackknife", "grassberger", "zhang", "chao-wang-jost"):
            assert abs(bias[source, 20, name]) < -few

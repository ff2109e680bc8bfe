"""How the command ends, what it writes, and what it says where it cannot."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from io import StringIO
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pandas as pd
import pytest

import pdkl
from pdkl import InfoTheory, __main__
from pdkl.cli.commands import commands
from tests.support.command import BEFORE, DAY, TODAY, Command, process, rows

# ---- drift: how it ends ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "status", "code"),
    [
        (BEFORE["plan"], "ok", 0),
        (TODAY["plan"], "drift", 1),
        (TODAY["plan"][:8], "ok", 0),
        (None, "gone", 1),
        (pd.Series([None] * 600, dtype="str"), "empty", 1),
        (pd.Series(DAY), "error", 1),
    ],
)
def test_the_exit_code_follows_the_status(
    pdkl_: Command, today: pd.Series[Any] | None, status: str, code: int
) -> None:
    frame = pd.DataFrame({"other": DAY}) if today is None else pd.DataFrame({"plan": today})
    frame.to_parquet("today.parquet")
    asked = ["drift", "before.parquet", "today.parquet", "-c", "plan", "--format", "json"]
    if status == "empty":
        asked.append("--dropna")
    found, out, errors = pdkl_(*asked)
    assert (found, [row["status"] for row in rows(out)]) == (code, [status])
    if today is not None and len(today) < 10:
        assert errors == (
            "pdkl: too few rows to tell drift from chance, fewer than 10 on a side: plan.\n"
        )
    else:
        assert [line.split(": ")[:2] for line in errors.splitlines()] == [[status, "plan"]] * code


def test_a_new_column_is_no_failure(pdkl_: Command) -> None:
    TODAY.assign(plan="free", extra="x").to_parquet("today.parquet")
    BEFORE.assign(plan="free").to_parquet("before.parquet")
    code, out, _ = pdkl_("drift", "before.parquet", "today.parquet")
    assert code == 0
    assert out.endswith("6 rows: 1 new, 5 ok\n")


def test_fail_over_sets_measure_and_threshold(pdkl_: Command) -> None:
    asked = ("drift", "before.parquet", "today.parquet", "-c", "plan", "--format", "json")
    code, out, errors = pdkl_(*asked, "--fail-over", "psi=0.5")
    assert errors == (
        "pdkl: 0.5 was added to each count of plan, where the measure could be infinite; "
        "--smoothing says otherwise.\n"
    )
    assert pdkl_(*asked, "--fail-over", "psi=0.5", "--smoothing", "laplace")[2] == ""
    assert pdkl_(*asked, "--fail-over", "psi=0.5", "--zeros", "drop", "--n-resamples", "9")[2] == ""
    assert json.loads(out)["call"]["units"] == {"psi": "nat", "kl_divergence": "bit"}
    (row,) = rows(out)
    assert (code, row["status"], row["threshold"]) == (0, "ok", 0.5)
    p, q = np.array([300.5, 300.5]) / 601, np.array([450.5, 150.5]) / 601
    assert row["measure"] == "psi"
    assert row["score"] == pytest.approx(float(((p - q) * np.log(p / q)).sum()))
    assert pdkl_(*asked, "--fail-over", "psi=0.1")[0] == 1
    assert pdkl_(*asked, "--max-drifted", "1")[0] == 0
    assert pdkl_(*asked, "--max-drifted", "0.5")[0] == 1
    code, out, _ = pdkl_(*asked, "--fail-over", "renyi_divergence:2=0.1")
    assert code == 1
    assert rows(out)[0]["score"] > 0.1


def test_the_seed_is_settled_but_can_be_another(pdkl_: Command) -> None:
    asked = ("drift", "before.parquet", "today.parquet", "--format", "csv", "--n-resamples", "25")
    first, again, other = pdkl_(*asked), pdkl_(*asked), pdkl_(*asked, "--seed", "1")
    assert first == again
    assert first != other


def test_redact_hides_values_everywhere(pdkl_: Command) -> None:
    for form in ("table", "json", "csv", "html", "junit", "markdown", "github"):
        _, out, errors = pdkl_(
            *("drift", "before.parquet", "today.parquet", "--by", "shop", "-c", "plan"),
            *("--redact", "--min-count", "5", "--format", form),
        )
        assert "plan" in out
        for value in ("north", "south", "paid"):
            assert value not in out + errors


def test_redact_keeps_back_what_errors_say(pdkl_: Command) -> None:
    kept = (
        "is kept back, as what it says may hold values of the data (--redact). Ask without "
        "redact, where values may be seen, to read it.\n"
    )
    TODAY.assign(shop="secret").to_parquet("elsewhere.parquet")
    Path("broken.csv").write_text("plan,age\nfree,1\nsecret,2,3\n")
    for asked, about in (
        (("before.parquet", "elsewhere.parquet", "--by", "shop"), "a ValueError about 'shop'"),
        (("before.parquet", "broken.csv"), "a UnreadableError"),
    ):
        assert "secret" in pdkl_("drift", *asked)[2]
        assert pdkl_("drift", *asked, "--redact") == (2, "", f"pdkl: {about} {kept}")


def test_redact_still_says_what_was_typed_wrong(pdkl_: Command) -> None:
    asked = ("drift", "before.parquet", "today.parquet", "--redact")
    assert (
        pdkl_(*asked, "--alpha", "7")[2] == "pdkl: --alpha must be a number in (0, 1); got 7.0.\n"
    )
    _, _, errors = pdkl_("drift", "before.parquet", "nowhere.parquet", "--redact")
    assert errors == (
        "pdkl: REF or CUR finds no file: there is no 'nowhere.parquet', nor a match for it.\n"
    )
    assert "is not a frequency" in pdkl_(*asked, "--by", "sold:fortnight")[2]


def test_redact_still_names_a_column_that_is_not_there(pdkl_: Command) -> None:
    _, _, errors = pdkl_("drift", "before.parquet", "today.parquet", "-c", "plam", "--redact")
    assert "Did you mean 'plan'?" in errors


# ---- what is written ------------------------------------------------------------------------

EVIL = ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\u202eabc", "a\x1b[31m\nb", "<script>"]


def test_cells_do_nothing_but_stand_there(pdkl_: Command) -> None:
    pd.DataFrame({"x": EVIL, "@y": EVIL}).to_parquet("evil.parquet")
    asked = ("contributions", "evil.parquet", "-c", "x", "--q", "@y")
    _, out, _ = pdkl_(*asked)
    shown = {line.split()[2] for line in out.splitlines()[1:]}
    assert shown == {
        *("=1+1", "+1", "-1", "@x", "\\tx", "\\rx", "\\u202eabc", "a\\x1b[31m\\nb", "<script>")
    }
    _, out, _ = pdkl_(*asked, "--format", "csv")
    cells = pd.read_csv(StringIO(out))["category"]
    assert set(cells) == {
        *("'=1+1", "'+1", "'-1", "'@x", "'\\tx", "'\\rx", "\\u202eabc", "a\\x1b[31m\\nb"),
        "<script>",
    }
    assert pdkl_("entropy", "evil.parquet", "-c", '"a\u202e\n\x1bb"')[2].startswith(
        "pdkl: --columns names column 'a\\u202e\\n\\x1bb', which data does not have."
    )


def test_long_cells_are_cut_in_tables_alone(pdkl_: Command) -> None:
    pd.DataFrame({"x": ["a" * 100]}).to_parquet("long.parquet")
    asked = ("contributions", "long.parquet", "-c", "x", "--q", "x")
    assert f" {'a' * 79}\N{HORIZONTAL ELLIPSIS} " in pdkl_(*asked)[1]
    assert f",{'a' * 100}," in pdkl_(*asked, "--format", "csv")[1]


# ---- what cannot be done --------------------------------------------------------------------

HELP = "Try: pdkl {} --help"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("", "Missing command. Try: pdkl --help"),
        ("frobnicate", "No such command 'frobnicate'. Try: pdkl --help"),
        ("drift before.parquet", f"Missing argument 'CUR'. {HELP.format('drift')}"),
        (
            "drift before.parquet today.parquet --by sold --window 3",
            f"--window compares the periods of one CUR; leave out REF. {HELP.format('drift')}",
        ),
        (
            "drift today.parquet --window 3",
            "--window compares each period with those before it, so it needs --by; got no --by. "
            "Name the time, behind the other keys: --by date:D.",
        ),
        (
            "drift before.parquet today.parquet more.parquet",
            f"Got unexpected extra argument (more.parquet) {HELP.format('drift')}",
        ),
        (
            "drift nowhere.parquet today.parquet",
            "REF or CUR finds no file: there is no 'nowhere.parquet', nor a match for it.",
        ),
        (
            "drift before.parquet today.parquet -c Plan",
            "--columns names column 'Plan', which data, like reference, does not have. Did you "
            "mean 'plan'? Its columns are 'shop', 'plan', 'age', 'sold', 'n'.",
        ),
        (
            "drift before.parquet today.parquet --fail-over js_distance",
            "Invalid value for '--fail-over': must be a measure and its threshold, such as "
            f"js_distance=0.1; got 'js_distance'. {HELP.format('drift')}",
        ),
        (
            "drift before.parquet today.parquet --fail-over =1",
            "Invalid value for '--fail-over': must be a measure and its threshold, such as "
            f"js_distance=0.1; got '=1'. {HELP.format('drift')}",
        ),
        (
            "drift before.parquet today.parquet --fail-over psi=-1",
            "--fail-over must be a finite number of at least 0; got -1.0.",
        ),
        (
            "drift before.parquet today.parquet --alpha 7",
            "--alpha must be a number in (0, 1); got 7.0.",
        ),
        (
            "drift before.parquet today.parquet --bins 3 --bins age=5",
            "Invalid value for '--bins': give one rule for all columns, or column=rule once for "
            f"each column. {HELP.format('drift')}",
        ),
        (
            "entropy today.parquet --bins age=1,x",
            "Invalid value for '--bins': edges must be numbers or times; got '1,x'. "
            f"{HELP.format('entropy')}",
        ),
        (
            "entropy today.parquet -c plan,,shop",
            f"Invalid value for '--columns' / '-c': a name is empty. {HELP.format('entropy')}",
        ),
        (
            "entropy today.parquet -c a\rb",
            "Invalid value for '--columns' / '-c': put names with commas, quotes or line breaks "
            f"into double quotes. {HELP.format('entropy')}",
        ),
        (
            "entropy today.parquet --by sold:fortnight",
            "Invalid value for '--by': 'fortnight', after the colon in 'sold:fortnight', is not a "
            f"frequency such as h, D, W, MS. {HELP.format('entropy')}",
        ),
        (
            "entropy today.parquet --by sold:10D/7D",
            "Invalid value for '--by': of 'sold:10D/7D', size must be a multiple of step, as "
            "windows are added up from steps; got size='10D' and step='7D'. Pass size='7D' or "
            f"size='14D', or a step that divides '10D'. {HELP.format('entropy')}",
        ),
        (
            "divergence today.parquet -c plan",
            f"give one of --against, --q and --reference; got none. {HELP.format('divergence')}",
        ),
        (
            "contributions today.parquet --q shop --against all",
            "give one of --against, --q and --reference; got --against and --q. "
            f"{HELP.format('contributions')}",
        ),
        (
            "entropy today.parquet -o out.html",
            "'out.html' would be html, which this command does not write. Choose one by --format: "
            f"table, json, csv. {HELP.format('entropy')}",
        ),
        (
            "entropy today.parquet -o nowhere/out.csv",
            "cannot write 'nowhere/out.csv': there is no folder 'nowhere'. "
            f"{HELP.format('entropy')}",
        ),
        (
            "entropy today.parquet -o .",
            f"cannot write '.': it is a folder. {HELP.format('entropy')}",
        ),
        (
            "profile today.parquet -o ./today.parquet",
            "cannot write './today.parquet': it is an input. Name another output. "
            f"{HELP.format('profile')}",
        ),
        (
            "profile b*.parquet -o before.parquet",
            "cannot write 'before.parquet': it is an input. Name another output. "
            f"{HELP.format('profile')}",
        ),
        (
            "profile today.parquet -o -",
            f"a profile needs a file to be saved in: -o FILE. {HELP.format('profile')}",
        ),
        ("merge none.parquet -o out.parquet", "there is no file 'none.parquet'."),
        (
            "merge today.parquet -o out.parquet",
            "'today.parquet' is not a profile, but another Parquet file. Write profiles with "
            "Profile.save.",
        ),
    ],
)
def test_one_clear_line(pdkl_: Command, arguments: str, message: str) -> None:
    before = sorted(Path.cwd().iterdir())
    assert pdkl_(*arguments.split(" ") if arguments else ()) == (2, "", f"pdkl: {message}\n")
    assert sorted(Path.cwd().iterdir()) == before


def test_damaged_files(pdkl_: Command) -> None:
    data = Path("today.parquet").read_bytes()
    Path("today.parquet").write_bytes(data[:900] + b"PAR1")
    code, out, errors = pdkl_("entropy", "today.parquet", "-c", "plan")
    assert (code, out) == (2, "")
    assert "today.parquet' cannot be read: " in errors
    assert errors.count("\n") == 1
    pdkl_("profile", "before.parquet", "-o", "ref.parquet")
    saved = bytearray(Path("ref.parquet").read_bytes())
    saved[100] ^= 1
    Path("ref.parquet").write_bytes(saved)
    assert pdkl_("drift", "ref.parquet", "today.parquet") == (
        2,
        "",
        "pdkl: 'ref.parquet' is damaged: its checksum does not agree with what it holds. Save the "
        "profile again.\n",
    )


def test_profiles_are_no_rows(pdkl_: Command) -> None:
    Path("days").mkdir()
    for day in ("1", "2"):
        pdkl_("profile", "before.parquet", "-o", f"days/{day}.parquet")
    code, out, errors = pdkl_("drift", "days", "today.parquet")
    assert (code, out) == (2, "")
    first = str(Path("days", "1.parquet"))
    assert errors.endswith(
        f"{first}' is a saved profile, not rows, and is one of 2 files. Name it alone; several "
        "profiles are added by: pdkl merge.\n"
    )
    assert pdkl_("drift", "days/1*", "before.parquet")[0] == 0


def test_no_permission(pdkl_: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("locked").mkdir()
    monkeypatch.setattr(os, "access", lambda path, _: path != Path("locked"))
    assert pdkl_("entropy", "today.parquet", "-o", "locked/out.csv") == (
        2,
        "",
        f"pdkl: cannot write 'locked/out.csv': permission denied. {HELP.format('entropy')}\n",
    )


def test_what_the_system_says(pdkl_: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, *_: Any, **__: Any) -> NoReturn:
        raise OSError(28, "No space left on device", str(self))

    monkeypatch.setattr(Path, "write_text", full)
    assert pdkl_("entropy", "today.parquet", "-c", "plan", "-o", "out.csv") == (
        2,
        "",
        "pdkl: out.csv: No space left on device\n",
    )


def test_a_crash_is_one_line_too(pdkl_: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: Any, **__: Any) -> NoReturn:
        raise IndexError("list index\nout of range")

    monkeypatch.setattr(InfoTheory, "entropy", crash)
    assert pdkl_("entropy", "today.parquet") == (
        2,
        "",
        "pdkl: this should not have happened: IndexError: list index out of range\n",
    )


def test_jinja_is_named_where_it_is_absent(pdkl_: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    code, _, errors = pdkl_("drift", "before.parquet", "today.parquet", "--format", "html")
    assert code == 2
    assert "pip install 'pdkl[report]'" in errors


# ---- how a process ends ---------------------------------------------------------------------


def test_the_codes_of_processes(pdkl_: Command, tmp_path: Path) -> None:
    fine = process(tmp_path, "drift", "before.parquet", "before.parquet")
    assert (fine.returncode, fine.stderr) == (0, "")
    drifted = process(tmp_path, "drift", "before.parquet", "today.parquet")
    assert (drifted.returncode, drifted.stderr) == (1, "")
    wrong = process(tmp_path, "drift", "before.parquet", "nowhere")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert wrong.stderr == (
        "pdkl: REF or CUR finds no file: there is no 'nowhere', nor a match for it.\n"
    )


def test_a_closed_pipe_is_no_trouble(pdkl_: Command, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pdkl", "entropy", "today.parquet", "--by", "age,plan,sold"]
    reading, writing = os.pipe()
    os.close(reading)
    with subprocess.Popen(command, cwd=tmp_path, stdout=writing, stderr=subprocess.PIPE) as started:
        os.close(writing)
        _, errors = started.communicate(timeout=60)
    assert (started.returncode, errors) == (141, b"")


def test_an_interrupt_is_no_trouble(pdkl_: Command, tmp_path: Path) -> None:
    code = (
        "import sys; from pdkl.cli.run import run\n"
        "print('go', flush=True); sys.exit(run(sys.argv[1:]))"
    )
    asked = ["drift", "before.parquet", "today.parquet", "--n-resamples", "100000000"]
    with subprocess.Popen(
        [sys.executable, "-c", code, *asked],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as started:
        assert started.stdout is not None
        assert started.stdout.readline() == b"go\n"
        time.sleep(1)
        started.send_signal(signal.SIGINT)
        out, errors = started.communicate(timeout=60)
    assert (started.returncode, out, errors.strip()) == (130, b"", b"")


def test_an_interrupt_while_it_loads_is_no_trouble(tmp_path: Path) -> None:
    """Whatever is being imported, the process ends at once."""
    for module in ("pandas", "numpy.linalg", "pdkl.api.frame", "pdkl.cli.options", "click"):
        Path(tmp_path, "sitecustomize.py").write_text(
            "import os, signal, sys\n"
            "class Interrupt:\n"
            "    def find_spec(self, name, path=None, target=None):\n"
            f"        if name == {module!r} and 'pdkl' in sys.modules:\n"
            "            os.kill(os.getpid(), signal.SIGINT)\n"
            "sys.meta_path.insert(0, Interrupt())\n"
        )
        search = os.pathsep.join([str(tmp_path), *sys.path])
        done = subprocess.run(
            [sys.executable, "-m", "pdkl", "--version"],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": search},
            capture_output=True,
            check=False,
        )
        assert (done.returncode, done.stdout, done.stderr) == (130, b"", b""), module


def test_pdkl_loads_again_after_an_interrupt() -> None:
    code = """
import sys
class Interrupt:
    def find_spec(self, name, path=None, target=None):
        if name == sys.argv[1]:
            raise KeyboardInterrupt
sys.meta_path.insert(0, Interrupt())
try:
    import pdkl
except KeyboardInterrupt:
    del sys.meta_path[0]
import pdkl, pandas
print(pandas.DataFrame({"x": ["a", "b"]}).info_theory.entropy("x", base="bit")["entropy"][0])
"""
    for module in ("pdkl.plot._drift", "pdkl.core.counts", "pdkl.api.series", "pdkl.report.page"):
        done = subprocess.run(
            [sys.executable, "-c", code, module],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.stdout, done.stderr) == ("1.0\n", ""), module


@pytest.mark.parametrize(
    ("asked", "closed", "code"),
    [
        ("--help", "1", 0),
        ("--version", "012", 0),
        ("drift before.parquet today.parquet", "1", 1),
        ("drift before.parquet before.parquet", "12", 0),
        ("drift before.parquet today.parquet -o out.json", "2", 1),
        ("drift before.parquet today.parquet -o out.json", "012", 1),
        ("frobnicate", "2", 2),
        ("frobnicate", "12", 2),
    ],
)
def test_streams_that_are_closed_at_the_start(
    pdkl_: Command, asked: str, closed: str, code: int
) -> None:
    started = " ".join([sys.executable, "-m", "pdkl", asked, *(f"{fd}>&-" for fd in closed)])
    done = subprocess.run(
        started,
        shell=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (code, b"", b"")
    if "out.json" in asked:
        assert json.loads(Path("out.json").read_text())["passed"] is False


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no such device")
def test_streams_that_take_nothing(pdkl_: Command) -> None:
    full = "pdkl: No space left on device\n"
    for asked, code, errors in (
        ("--help >/dev/full", 2, full),
        ("drift before.parquet today.parquet >/dev/full", 2, full),
        ("frobnicate 2>/dev/full", 2, ""),
        ("drift before.parquet today.parquet -o out.json 2>/dev/full", 1, ""),
    ):
        done = subprocess.run(
            f"{sys.executable} -m pdkl {asked}",
            shell=True,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (code, errors), asked


@pytest.mark.parametrize(
    "locale",
    [
        {"LC_ALL": "C"},
        {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "latin-1"},
        {"PYTHONIOENCODING": "cp437:strict"},
    ],
)
def test_help_in_any_locale(locale: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pdkl", "merge", "--help"],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)} | locale,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode().startswith("Usage: pdkl merge [OPTIONS] PROFILE\u2026\n")


def test_help_and_version(pdkl_: Command) -> None:
    assert pdkl_("--version") == (0, f"pdkl {pdkl.__version__}\n", "")
    code, out, errors = pdkl_("-h")
    assert (code, errors) == (0, "")
    assert "Exit codes:\n    0  all is well" in out
    for name in commands.commands:
        code, out, errors = pdkl_(name, "--help")
        assert (code, errors) == (0, "")
        assert f"\n    pdkl {name} " in out, "an example"


def test_the_extra_is_named_where_click_is_absent(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(__main__, "find_spec", lambda _: None)
    with pytest.raises(SystemExit) as caught:
        __main__.main()
    assert caught.value.code == 2
    assert capsys.readouterr().err == (
        "pdkl: the command needs click. Install it with: pip install 'pdkl[cli]'\n"
    )


def test_main_runs_what_was_typed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["pdkl", "--version"])
    with pytest.raises(SystemExit) as caught:
        __main__.main()
    assert caught.value.code == 0
    assert capsys.readouterr().out.startswith("pdkl ")


@pytest.mark.parametrize("terminal", [True, False])
def test_progress_is_for_terminals(
    pdkl_: Command, monkeypatch: pytest.MonkeyPatch, terminal: bool
) -> None:
    seen: list[bool] = []
    answer: pd.DataFrame = BEFORE.info_theory.entropy("plan")

    def entropy(self: InfoTheory, *, progress: bool, **_: Any) -> pd.DataFrame:
        seen.append(progress)
        return answer

    monkeypatch.setattr(InfoTheory, "entropy", entropy)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    assert pdkl_("entropy", "today.parquet")[0] == 0
    assert seen == [terminal]

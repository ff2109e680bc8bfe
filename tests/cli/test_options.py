"""How options are read, which data they name, and which keywords they are."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import click
import pandas as pd
import pyarrow as pa
import pyarrow.feather
import pytest

from pdkl import InfoTheory, Rolling, load_profile, scan
from pdkl.cli import options
from pdkl.cli.commands import commands
from tests.support.command import TODAY, Command, plain, rows

# ---- options and keywords -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "arguments", "keywords"),
    [
        ("entropy", ["--joint", "-c", "plan,shop"], {"joint": True, "columns": ["plan", "shop"]}),
        ("entropy", ["--exclude", "plan,age", "--exclude", "n"], {"exclude": ["plan"]}),
        (
            "divergence",
            ["-c", "plan,shop", "--exclude", "plan", "--by", "sold", "--against", "rest"],
            {"p": ["plan", "shop"], "exclude": "plan", "by": "sold", "against": "rest"},
        ),
        ("entropy", ["-c", "plan", "--weights", "n"], {"columns": "plan", "weights": "n"}),
        (
            "entropy",
            ["--bins", "age=4", "--binning", "width", "--estimator", "miller-madow"],
            {"bins": {"age": 4}, "binning": "width", "estimator": "miller-madow"},
        ),
        ("entropy", ["-c", "plan", "--confidence", "0.9"], {"columns": "plan", "confidence": 0.9}),
        (
            "divergence",
            ["-c", "plan", "--by", "sold:MS", "--against", "previous"],
            {"p": "plan", "by": pd.Grouper(key="sold", freq="MS"), "against": "previous"},
        ),
        (
            "divergence",
            ["-c", "plan", "--by", "sold:28D/7D,shop", "--against", "rest"],
            {"p": "plan", "by": [Rolling("sold", "28D", "7D"), "shop"], "against": "rest"},
        ),
        (
            "divergence",
            ["-c", "plan", "--by", "sold:W", "--against", "previous", "--window", "4"],
            {
                "p": "plan",
                "by": pd.Grouper(key="sold", freq="W"),
                "against": "previous",
                "window": 4,
            },
        ),
        (
            "divergence",
            ["-c", "plan", "--q", "shop", "--smoothing", "0.5", "--alphabet", "9", "--base", "3"],
            {"p": "plan", "q": "shop", "smoothing": 0.5, "alphabet": 9, "base": 3},
        ),
        (
            "divergence",
            ["-c", "plan", "--q", "shop", "--zeros", "drop", "--no-dropna"],
            {"p": "plan", "q": "shop", "zeros": "drop", "dropna": False},
        ),
        (
            "divergence",
            [
                *("-c", "plan", "--by", "shop", "--against", "rest", "--test", "--n-resamples"),
                *("30", "--blocks", "sold", "--measures", "psi,renyi_divergence:2", "--seed", "4"),
            ],
            {
                "p": "plan",
                "by": "shop",
                "against": "rest",
                "test": True,
                "n_resamples": 30,
                "blocks": "sold",
                "measures": ["psi", ("renyi_divergence", 2)],
                "rng": 4,
            },
        ),
        (
            "contributions",
            ["-c", "plan", "--by", "shop", "--against", "all", "--measure", "js_divergence"],
            {"p": "plan", "by": "shop", "against": "all", "measure": "js_divergence"},
        ),
    ],
)
def test_options_are_the_keywords_of_the_method(
    pdkl_: Command, method: str, arguments: list[str], keywords: dict[str, Any]
) -> None:
    if method != "contributions":
        keywords = {"rng": 0, **keywords}
    expected = getattr(TODAY.info_theory, method)(**keywords)
    code, out, errors = pdkl_(method, "today.parquet", *arguments, "--format", "json")
    assert (code, errors) == (0, "")
    assert rows(out) == plain(expected)


@pytest.mark.parametrize(
    ("command", "method", "own"),
    [
        ("drift", "report", {"fail_over", "config", "no_config"}),
        ("report", "report", {"fail_over", "config", "no_config"}),
        ("explain", "explain", set()),
        ("entropy", "entropy", set()),
        ("distribution", "distribution", set()),
        ("mutual-information", "mutual_information", set()),
        ("divergence", "divergence", {"columns"}),  # p, as in the others
        ("contributions", "contributions", {"columns"}),
        ("profile", "profile", set()),
    ],
)
def test_every_option_is_a_keyword(command: str, method: str, own: set[str]) -> None:
    given = {str(one.name) for one in commands.commands[command].params}
    keywords = set(inspect.signature(getattr(InfoTheory, method)).parameters)
    keywords |= set(inspect.signature(scan).parameters) - {"path"}
    assert given - keywords - own == {"data", "path", "paths", "form"} & given
    left = {"self", "progress", "p", "measure", "threshold"} if own else {"self", "progress"}
    assert keywords - given <= left


# ---- what is read ---------------------------------------------------------------------------


def test_every_kind_of_file(pdkl_: Command) -> None:
    TODAY.to_csv("today.csv", index=False)
    TODAY.to_csv("today.csv.gz", index=False)
    TODAY.assign(sold=TODAY["sold"].astype(str)).to_json(
        "today.jsonl", orient="records", lines=True
    )
    pyarrow.feather.write_feather(pa.Table.from_pandas(TODAY), "today.arrow")
    for shop, part in TODAY.groupby("shop"):
        folder = Path("parts", f"shop={shop}")
        folder.mkdir(parents=True)
        part.drop(columns="shop").to_parquet(folder / "part.parquet")
    Path("days").mkdir()
    TODAY[:250].to_parquet("days/1.parquet")
    TODAY[250:].to_parquet("days/2.parquet")
    expected = plain(TODAY.info_theory.entropy(["plan", "age"], by="shop"))
    for data in (
        *(["today.parquet"], ["today.csv"], ["today.csv.gz"], ["today.jsonl"], ["today.arrow"]),
        *(["parts"], ["days"], ["days/*.parquet"], ["days/1.parquet", "days/2.parquet"]),
    ):
        code, out, errors = pdkl_(
            "entropy", *data, "-c", "plan,age", "--by", "shop", "--format", "json"
        )
        assert (code, errors) == (0, "")
        assert rows(out) == expected


def test_names_with_commas_and_equals(pdkl_: Command) -> None:
    odd = TODAY.rename(columns={"plan": "a,b", "shop": "x:D", "age": "k=v"})
    odd.to_csv("odd.csv", index=False)
    _, out, errors = pdkl_(
        *("entropy", "odd.csv", "-c", '"a,b",k=v', "--by", "x:D", "--bins", "k=v=3"),
        *("--format", "json"),
    )
    assert errors == ""
    assert rows(out) == plain(odd.info_theory.entropy(["a,b", "k=v"], by="x:D", bins={"k=v": 3}))


def test_how_text_is_written(pdkl_: Command) -> None:
    odd = TODAY.assign(plan=TODAY["plan"].replace("free", "größer"))
    Path("before.csv").write_bytes(odd.to_csv(index=False, sep=";").encode("latin-1"))
    Path("today.csv").write_bytes(odd[:300].to_csv(index=False, sep=";").encode("latin-1"))
    Path("tabs.csv").write_bytes(odd.to_csv(index=False, sep="\t").encode("latin-1"))
    written = ("--encoding", "latin-1", "--separator", ";", "--format", "json")
    for arguments, expected in (
        (("entropy", "before.csv", "-c", "plan"), odd.info_theory.entropy("plan")),
        (("contributions", "today.csv", "-c", "plan", "--reference", "before.csv"),
         odd[:300].info_theory.contributions("plan", reference=odd)),
        (("divergence", "today.csv", "-c", "plan", "--reference", "before.csv"),
         odd[:300].info_theory.divergence("plan", reference=odd)),
        (("explain", "before.csv", "today.csv", "-c", "plan"),
         odd[:300].info_theory.explain(odd, "plan", rng=0)),
    ):  # fmt: skip
        code, out, errors = pdkl_(*arguments, *written)
        assert (code, errors) == (0, "")
        assert rows(out) == plain(expected)
    for tab in ("\t", "\\t", "tab"):
        _, out, errors = pdkl_(
            "entropy", "tabs.csv", "-c", "plan", "--separator", tab, *written[:2], *written[4:]
        )
        assert errors == ""
        assert rows(out) == plain(odd.info_theory.entropy("plan"))
    code, _, errors = pdkl_("drift", "before.csv", "today.csv", "-c", "plan", *written)
    assert (code, errors) == (0, "")
    code, out, _ = pdkl_("profile", "before.csv", "-o", "before.profile", *written[:4])
    assert code == 0
    found = InfoTheory(load_profile("before.profile")).distribution("plan")
    assert found["category"].tolist() == ["größer", "paid"]


# ---- how options are read -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "value"),
    [
        ((), None),
        (("12",), 12),
        (("fd",), "fd"),
        (("0.5",), 0.5),
        (("0,18,65.5",), [0.0, 18.0, 65.5]),
        (("age=5", "a=b=fd"), {"age": 5, "a=b": "fd"}),
    ],
)
def test_bins(texts: tuple[str, ...], value: Any) -> None:
    context, option = click.Context(commands), click.Option(["--bins"])
    assert options.bins(context, option, texts) == value


def test_bins_of_times(pdkl_: Command) -> None:
    edges = pd.to_datetime(["2024-01-01", "2024-02-01", "2024-03-01"])
    _, out, _ = pdkl_(
        *("entropy", "today.parquet", "--format", "json", "-c", "sold"),
        *("--bins", "sold=2024-01-01,2024-02-01,2024-03-01"),
    )
    assert rows(out) == plain(TODAY.info_theory.entropy("sold", bins={"sold": edges.to_numpy()}))

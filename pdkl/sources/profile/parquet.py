"""Profiles as files: one Parquet file, with a checksum over every byte of it."""

from __future__ import annotations

import contextlib
import datetime
import decimal
import hashlib
import io
import json
import os
import re
import tempfile
from base64 import b64decode, b64encode
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pdkl.codes.intervals import Binner
from pdkl.codes.labels import Labels
from pdkl.core.counts.bin_edges import Bins
from pdkl.core.counts.counts import Counts, WeightArray
from pdkl.sources.locations import require_regular
from pdkl.sources.profile.columns import ColumnCounts

VERSION = 1
_MAGIC = b"PAR1"
_NO_DIGEST = b"0" * 64
# the seal stands in the footer, so the last one in the file is meant
_SEAL = re.compile(rb"pdkl profile version (\d+) sha256 ([0-9a-f]{64})")
# how a file holds the values of an object column: each as a letter and a text
_WRITE: dict[type, tuple[str, Callable[[Any], str]]] = {
    str: ("s", str),
    bool: ("b", repr),
    int: ("i", repr),
    float: ("f", float.hex),
    decimal.Decimal: ("d", str),
    datetime.date: ("t", datetime.date.isoformat),
}
_READ: dict[str, Callable[[str], Any]] = {
    "s": str,
    "b": "True".__eq__,
    "i": int,
    "f": float.fromhex,
    "d": decimal.Decimal,
    "t": datetime.date.fromisoformat,
    "-": lambda _: np.nan,
}


@dataclass(frozen=True)
class Stored:
    """What a file holds of a profile."""

    keys: pd.DataFrame
    columns: Mapping[Hashable, ColumnCounts]
    weights: Hashable | None
    grouper_texts: Mapping[Hashable, str]
    made: Mapping[str, str]


def write(path: str | os.PathLike[str], stored: Stored) -> None:
    """Write the file beside its place, then put it there."""
    data = _seal(_to_parquet(stored))
    place = Path(path)
    descriptor, draft = tempfile.mkstemp(prefix=f".{place.name}.", dir=place.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(draft, 0o666 & ~umask)
        os.replace(draft, place)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(draft)
        raise


def read(path: str | os.PathLike[str]) -> Stored:
    """Read a file whose every byte is as it was written."""
    shown = repr(os.fspath(path))
    require_regular(path)
    data = Path(path).read_bytes()
    hint = "Write profiles with Profile.save."
    if not data.startswith(_MAGIC):
        raise ValueError(f"{shown} is not a profile: it is no Parquet file. {hint}")
    if not data.endswith(_MAGIC):
        raise ValueError(f"{shown} is damaged: its end is missing. Save the profile again.")
    seals = list(_SEAL.finditer(data))
    if not seals:
        raise ValueError(f"{shown} is not a profile, but another Parquet file. {hint}")
    digest, at = seals[-1].group(2), seals[-1].start(2)
    blank = data[:at] + _NO_DIGEST + data[at + len(digest) :]
    if hashlib.sha256(blank).hexdigest().encode() != digest:
        raise ValueError(
            f"{shown} is damaged: its checksum does not agree with what it holds. Save the profile "
            "again."
        )
    if (version := int(seals[-1].group(1))) > VERSION:
        raise ValueError(
            f"{shown} is a profile in version {version} of the format, and this version of pdkl "
            f"reads up to {VERSION}. Update pdkl to read it."
        )
    return _from_parquet(data)


def is_profile(path: str | os.PathLike[str]) -> bool:
    """Tell whether a file is a profile, from its footer alone; what is no file is none."""
    if not os.path.isfile(path):
        return False
    with open(path, "rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(size - 8, 0))
        length, magic = file.read(4), file.read(4)
        if magic != _MAGIC:
            return False
        file.seek(max(size - 8 - int.from_bytes(length, "little"), 0))
        return _SEAL.search(file.read()) is not None


def _seal(blank: bytes) -> bytes:
    """Put the checksum of the file into the place that was left for it."""
    at = list(_SEAL.finditer(blank))[-1].start(2)
    digest = hashlib.sha256(blank).hexdigest().encode()
    return blank[:at] + digest + blank[at + len(digest) :]


def _to_parquet(stored: Stored) -> bytes:
    import pyarrow as pa
    from pyarrow import parquet

    columns = stored.columns
    whole = all(one.counts.weight.dtype == np.int64 for one in columns.values())
    weight = pa.list_(pa.int64() if whole else pa.float64())
    integers = pa.list_(pa.int64())
    schema: dict[str, tuple[Any, Callable[[Hashable, ColumnCounts], Any]]] = {
        "column": (pa.string(), lambda name, _: json.dumps(_name(name))),
        "labels": (pa.binary(), lambda name, one: _pack(one.labels, f"column {name!r}")),
        "leveled": (pa.bool_(), lambda _, one: one.leveled),
        "ordered": (pa.bool_(), lambda _, one: one.ordered),
        "group": (integers, lambda _, one: one.counts.group),
        "category": (integers, lambda _, one: one.counts.outcome),
        "weight": (weight, lambda _, one: one.counts.weight),
        "missing": (weight, lambda _, one: one.counts.missing),
        "other": (weight, lambda _, one: one.other),
        "lumped": (pa.int64(), lambda _, one: one.folded),
        "bins": (pa.string(), lambda _, one: _bins_to_json(one.binner)),
    }
    table = pa.table(
        {
            name: pa.array([value(key, one) for key, one in columns.items()], type=kind)
            for name, (kind, value) in schema.items()
        }
    )
    facts = {
        "keys": [
            [_name(name), b64encode(_pack(stored.keys[name], f"by column {name!r}")).decode()]
            for name in stored.keys.columns
        ],
        "groups": len(stored.keys),
        "weights": None if stored.weights is None else _name(stored.weights),
        "cut_keys": [[_name(name), binners] for name, binners in stored.grouper_texts.items()],
        "made": dict(stored.made),
    }
    seal = b"pdkl profile version %d sha256 %s" % (VERSION, _NO_DIGEST)
    table = table.replace_schema_metadata({"pdkl": json.dumps(facts), "seal": seal})
    buffer = io.BytesIO()
    parquet.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()


def _from_parquet(data: bytes) -> Stored:
    import pyarrow as pa
    from pyarrow import parquet

    table = parquet.read_table(pa.BufferReader(data))
    facts = json.loads(table.schema.metadata[b"pdkl"])
    keys = {_named(name): _unpack(b64decode(packed)) for name, packed in facts["keys"]}
    columns = {}
    for i in range(table.num_rows):
        row = {name: table[name][i] for name in table.column_names}

        def numbers(name: str, row: dict[str, Any] = row) -> WeightArray:
            return np.asarray(row[name].values)

        labels = _index(_unpack(row["labels"].as_py()))
        columns[_named(json.loads(row["column"].as_py()))] = ColumnCounts(
            Counts(
                numbers("group"),
                numbers("category"),
                numbers("weight"),
                numbers("missing"),
                len(labels),
            ),
            labels,
            numbers("other"),
            row["leveled"].as_py(),
            row["ordered"].as_py(),
            _bins_from_json(row["bins"].as_py()),
            row["lumped"].as_py(),
        )
    return Stored(
        pd.DataFrame(keys, index=pd.RangeIndex(facts["groups"])),
        columns,
        None if facts["weights"] is None else _named(facts["weights"]),
        {_named(name): binners for name, binners in facts["cut_keys"]},
        facts["made"],
    )


def _pack(values: Labels | pd.Series[Any], subject: str) -> bytes:
    """Write labels or keys with their dtype, or say that they would not come back as they are."""
    import pyarrow as pa

    series = pd.Series(values, name="values").reset_index(drop=True)
    try:
        packed = _to_ipc(_to_table(series, subject))
        back = _unpack(packed)
        same = back.dtype == series.dtype and back.equals(series)
    except (ValueError, NotImplementedError, pa.ArrowException, _UnwritableError):
        same = False
    if not same:
        kinds = sorted({type(value).__name__ for value in series.dropna()}) or ["nothing"]
        raise TypeError(
            f"{subject} (dtype {series.dtype}) holds {', '.join(kinds[:5])}, which the file of a "
            "profile cannot hold. Turn it into text with astype(str) before taking the profile."
        )
    return packed


class _UnwritableError(Exception):
    """A value that a file has no form for."""


def _to_table(series: pd.Series[Any], subject: str) -> Any:
    """Put values into an Arrow table whose metadata tells what pandas held."""
    import pyarrow as pa

    dtype: Any = series.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        codes = series.cat.codes.to_numpy().astype(np.int64)
        levels = b64encode(_pack(dtype.categories, subject))
        facts = {"form": "levels", "levels": levels, "ordered": str(dtype.ordered)}
        return pa.table({"values": codes}).replace_schema_metadata(facts)
    if isinstance(dtype, pd.ArrowDtype):
        column = pa.array(series.tolist(), type=dtype.pyarrow_dtype, from_pandas=True)
        return pa.table({"values": column}).replace_schema_metadata({"form": "arrow"})
    if isinstance(dtype, pd.DatetimeTZDtype):
        naive = series.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy()
        facts = {"form": "times", "unit": dtype.unit, "zone": str(dtype.tz)}
        return pa.table({"values": naive.astype(np.int64)}).replace_schema_metadata(facts)
    if series.dtype == object:
        cells = [_cell(value) for value in series]
        kinds, texts = (pa.array([cell[i] for cell in cells], type=pa.string()) for i in (0, 1))
        table = pa.table({"kind": kinds, "values": texts})
        return table.replace_schema_metadata({"form": "objects"})
    table = pa.Table.from_pandas(series.to_frame(), preserve_index=False)
    if isinstance(dtype, pd.StringDtype):  # not in the pieces that pandas happens to hold
        text = pa.array(series.tolist(), type=table.schema.field(0).type, from_pandas=True)
        table = table.set_column(0, table.schema.field(0), text)
    return table


def _to_ipc(table: Any) -> bytes:
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    packed: bytes = sink.getvalue().to_pybytes()
    return packed


def _unpack(packed: bytes) -> pd.Series[Any]:
    import pyarrow as pa

    table = pa.ipc.open_stream(packed).read_all()
    facts = table.schema.metadata or {}
    form = facts.get(b"form")
    if form == b"levels":
        levels = _index(_unpack(b64decode(facts[b"levels"])))
        dtype = pd.CategoricalDtype(levels, ordered=facts[b"ordered"] == b"True")
        codes = table["values"].to_numpy()
        return pd.Series(pd.Categorical.from_codes(codes, dtype=dtype), name="values")
    if form == b"times":
        ticks = table["values"].to_numpy().astype(f"datetime64[{facts[b'unit'].decode()}]")
        times = pd.Series(ticks, name="values").dt.tz_localize("UTC")
        return times.dt.tz_convert(facts[b"zone"].decode())
    if form == b"objects":
        cells = zip(table["kind"].to_pylist(), table["values"].to_pylist(), strict=True)
        array = np.empty(table.num_rows, dtype=object)
        array[:] = [_READ[kind](text) for kind, text in cells]
        return pd.Series(array, dtype=object, name="values")
    mapper = pd.ArrowDtype if form == b"arrow" else None
    values: pd.Series[Any] = table.to_pandas(types_mapper=mapper)["values"]
    return values


def _index(values: pd.Series[Any]) -> Labels:
    return pd.Index(values.array, dtype=values.dtype, tupleize_cols=False)


def _cell(value: Any) -> tuple[str, str]:
    """Write one value of an object column."""
    if isinstance(value, (np.bool_, np.integer, np.floating)):
        value = value.item()
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return "-", ""
    if type(value) not in _WRITE:
        raise _UnwritableError
    kind, text = _WRITE[type(value)]
    return kind, text(value)


def _name(name: Hashable) -> tuple[str, str]:
    """Write the name of a column, for JSON."""
    try:
        return _cell(name)
    except _UnwritableError:
        raise TypeError(
            f"column {name!r} has a name of type {type(name).__name__}, which the file of a "
            "profile cannot hold. Rename it with text before taking the profile."
        ) from None


def _named(stored: list[str]) -> Hashable:
    named: Hashable = _READ[stored[0]](stored[1])
    return named


def _bins_to_json(binner: Binner | None) -> str | None:
    if binner is None:
        return None
    edges = binner.bins.edges
    return json.dumps(
        {
            "edges": [edge.hex() if isinstance(edge, float) else edge for edge in edges.tolist()],
            "kind": binner.scale,
            "zone": None if binner.zone is None else str(binner.zone),
            "fitted": binner.fitted,
            "unit": binner.unit,
            "precision": binner.precision,
        }
    )


def _bins_from_json(stored: str | None) -> Binner | None:
    if stored is None:
        return None
    facts = json.loads(stored)
    if facts["kind"] == "number":
        edges, unit = np.array([float.fromhex(edge) for edge in facts["edges"]]), None
    else:
        edges, unit = np.array(facts["edges"], dtype=np.int64), facts.get("unit", "ns")
    zone = None if facts["zone"] is None else pd.DatetimeTZDtype(tz=facts["zone"]).tz
    return Binner(Bins(edges), facts["kind"], zone, facts["fitted"], unit, facts["precision"])

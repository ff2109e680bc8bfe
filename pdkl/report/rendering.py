"""Templates, filled in: everything is escaped, and only what the policy names may act."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib import resources
from typing import Any

from pdkl.results import palette
from pdkl.results.statuses import STATUSES, Status

_ROLES = {
    "bg": palette.GROUND,
    "fg": palette.INK,
    "dim": palette.DIM,
    "line": palette.LINE,
    "soft": palette.SOFT,
    "mark": palette.MINDED,
    "data": palette.DATA,
    "ref": palette.REFERENCE,
    "drift": palette.BAD,
    "warn": palette.WARN,
    "ok": palette.GOOD,
    **{f"l{i}": one for i, one in enumerate(palette.SERIES[:5])},
    **{f"h{i}": shade for i, (shade, _) in enumerate(palette.SHADES)},
    **{f"h{i}t": ink for i, (_, ink) in enumerate(palette.SHADES)},
}


def render(name: str, context: dict[str, Any]) -> str:
    """Fill in a template."""
    try:
        import jinja2
    except ImportError:
        raise ImportError(
            "A report in HTML needs Jinja2, which is not installed. Install it with: "
            "pip install 'pdkl[report]'"
        ) from None
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(asset),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name).render(context)


@cache
def asset(name: str) -> str:
    """Read a file of the templates."""
    return (resources.files("pdkl.report") / "templates" / name).read_text(encoding="utf-8")


@cache
def style() -> str:
    """Write the style of the page: the palette's colours, and what each status looks like."""
    light, dark = (
        ";".join(f"--{role}:{getattr(colour, ground)}" for role, colour in _ROLES.items())
        for ground in ("light", "dark")
    )
    scheme = f":root{{{light}}}\n@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}\n"
    shades = "".join(
        f".heat .h{i}{{background:var(--h{i});color:var(--h{i}t)}}\n"
        for i in range(len(palette.SHADES))
    )
    return (
        scheme
        + asset("report.css")
        + asset("time.css")
        + shades
        + "".join(map(_statuses, STATUSES))
    )


def _statuses(status: Status) -> str:
    roles = {colour: role for role, colour in reversed(_ROLES.items())}
    look = f"color:var(--{roles[palette.of_status(status)]})"
    look += ";font-weight:600" * status.fails
    rule = f".{status.name}>td:first-child{{{look}}}\n"
    if status.mark:
        shown = f'::before{{content:"{status.mark}\\a0"/""}}\n'
        rule += f".rows tbody>tr.{status.name}>td:first-child{shown}"
        # without a score there is a word instead, where there is room for it
        rule += f".{'heat' if status.is_scored else 'dense'} td.{status.name}{shown}"
    return rule


def digest(content: str) -> str:
    """Return what the policy says of the one script, or the one style, that may act."""
    found = hashlib.sha256(content.encode()).digest()
    return f"sha256-{base64.b64encode(found).decode()}"

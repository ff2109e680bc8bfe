"""Write what the public methods say of their keywords, from the table in parameters.py.

``python .ci/write_docstrings.py`` rewrites the section Parameters of each public method in
pdkl/api, in the order of its signature, and leaves all else as it is. With ``--check`` it writes
nothing: it names file, method and keyword where text and table differ, and ends with 1.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
import textwrap
from pathlib import Path

from parameters import PARAMETERS

ROOT = Path(__file__).resolve().parent.parent
WIDTH = 100
INDENT = " " * 8  # of the docstring of a method
# what is below the headline: up to the next one, or to the end of the docstring
SECTION = re.compile(
    rf"(?<=\n{INDENT}Parameters\n{INDENT}----------).*?"
    rf'(?=\n\n{INDENT}\S[^\n]*\n{INDENT}---|\n{INDENT}""")',
    re.DOTALL,
)

# a key of each level of the table: a keyword, and the methods that one of its texts is for
Entry = tuple[str, str]


def main() -> int:
    """Rewrite the files, or check them; return the exit code."""
    parser = argparse.ArgumentParser(description="Write the docstrings of the public methods.")
    parser.add_argument("--check", action="store_true", help="write nothing, name differences")
    check = parser.parse_args().check
    unused = {(keyword, methods) for keyword in PARAMETERS for methods in PARAMETERS[keyword]}
    differences = []
    for path in sorted((ROOT / "pdkl" / "api").glob("*.py")):
        text = path.read_text(encoding="utf-8")
        lines = text.split("\n")
        for owner, method in reversed(public_methods(text)):  # lines above keep their numbers
            place = f"{path.relative_to(ROOT).as_posix()}: {owner}.{method.name}"
            docstring = slice(method.body[0].lineno - 1, method.body[0].end_lineno)
            before, old, after = parted("\n".join(lines[docstring]), place)
            entries = chosen(owner, method, place)
            new = "".join(written(*entry) for entry in entries)
            lines[docstring] = (before + new + after).split("\n")
            unused -= set(entries)
            differences += [f"{place}: {what}: text and table differ" for what in changed(old, new)]
        if not check:
            path.write_text("\n".join(lines), encoding="utf-8")
    differences += [
        f".ci/parameters.py: {keyword}: no method needs the text for {methods or 'all methods'}"
        for keyword, methods in unused
    ]
    if check and differences:
        print(*sorted(differences), "Run: python .ci/write_docstrings.py", sep="\n")
        return 1
    return 0


def public_methods(text: str) -> list[tuple[str, ast.FunctionDef]]:
    """List the public methods of a file, each with the name of its class."""
    return [
        (owner.name, method)
        for owner in ast.parse(text).body
        if isinstance(owner, ast.ClassDef)
        for method in owner.body
        if isinstance(method, ast.FunctionDef) and not method.name.startswith("_")
    ]


def parted(docstring: str, place: str) -> tuple[str, str, str]:
    """Split a docstring into what is before the entries, these, and what is after them."""
    section = SECTION.search(docstring)
    if section is None:
        raise SystemExit(f"{place}: the docstring has no section Parameters")
    return docstring[: section.start()], section[0], docstring[section.end() :]


def chosen(owner: str, method: ast.FunctionDef, place: str) -> list[Entry]:
    """Say which texts describe the keywords of a method, in the order of its signature."""
    arguments = method.args
    keywords: list[str] = []
    for argument in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs][1:]:
        if keywords and (both := f"{keywords[-1]}, {argument.arg}") in PARAMETERS:
            keywords[-1] = both
        else:
            keywords.append(argument.arg)
    return [(keyword, wording(keyword, owner, method.name, place)) for keyword in keywords]


def wording(keyword: str, owner: str, method: str, place: str) -> str:
    """Return which methods the text is for that fits this one best, as the table names them."""
    for name in (f"{owner}.{method}", owner, method, ""):
        for methods in PARAMETERS.get(keyword, {}):
            if name in methods.split(", "):
                return methods
    raise SystemExit(f"{place}: {keyword}: .ci/parameters.py has no text for it")


def written(keyword: str, methods: str) -> str:
    """Return an entry as numpydoc wants it, from the line break before it on."""
    kind, description = PARAMETERS[keyword][methods]
    deeper = INDENT + " " * 4
    lines = textwrap.wrap(
        description,
        WIDTH,
        initial_indent=deeper,
        subsequent_indent=deeper,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(["", f"{INDENT}{keyword} : {kind}", *lines])


def changed(old: str, new: str) -> list[str]:
    """List the keywords whose entries differ; where none does, the order may."""
    if old == new:
        return []
    before, after = (
        {entry.partition(" :")[0]: entry for entry in re.split(rf"\n{INDENT}(?=\S)", section)[1:]}
        for section in (old, new)
    )
    names = [name for name in before | after if before.get(name) != after.get(name)]
    return names or ["the order"]


if __name__ == "__main__":
    sys.exit(main())

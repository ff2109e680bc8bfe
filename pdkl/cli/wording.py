"""What the library says, in the words of the command: its options and arguments."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Sequence
from typing import Any, NamedTuple

import click

_TEXT = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\""
_CALL = r"[\w.]+\([^()]*\)"
_VALUE = rf"{_TEXT}|\{{[^{{}}]*\}}|\[[^\[\]]*\]|{_CALL}|\.\.\.|[\w.+-]*\w|"
_TIMES = re.compile(r"key=(.*?), (?:freq|size)=(.*?)(?:, step=(.*?))?\)$")
_NOUNS = "(?:data|reference) has"  # sides of a comparison, whatever they were given by
# where a message begins with a parameter, and not with a word that is one by chance
_BEGINS = r"(?:( is None\b)|(?= (?:names|must|has|says|cuts|leaves|is)\b))"
_IN_ONE = {"measure": "fail_over", "threshold": "fail_over"}  # keywords that one option gives
_INPUTS = ("data", "reference", "profiles")


class _Spelling(NamedTuple):
    """How a command spells a keyword, and that it is off."""

    on: str
    off: str

    def given(self, text: str) -> str:
        """Write the option with a value that the library writes as Python does."""
        if text in ("", "..."):
            return self.on
        if times := _TIMES.search(text):
            key, size, step = (_plain(one) for one in times.groups(""))
            return f"{self.on} {_word(f'{key}:{size}/{step}' if step else f'{key}:{size}')}"
        value = _plain(text)
        if value is None:
            return f"no {self.on}"
        if isinstance(value, bool):
            return self.on if value else self.off
        if isinstance(value, dict):
            return " ".join(f"{self.on} {_word(f'{key}={one}')}" for key, one in value.items())
        if isinstance(value, list):
            return f"{self.on} {_word(','.join(map(str, value)))}"
        return f"{self.on} {_word(str(value))}"


def in_options(message: str, command: click.Command) -> str:
    """Speak of the options of a command where a message of the library speaks of keywords.

    What stands in quotes, as names and values of the data do, is left as it is.
    """
    spelled = _spelled(command)
    names = "|".join(sorted(spelled, key=len, reverse=True))
    if not names:
        return message
    inputs = " or ".join(one.on for name, one in spelled.items() if name in _INPUTS)
    message = re.sub(r"\bpath finds\b", f"{inputs or 'the path'} finds", message)

    first = spelled | {
        name: spelled[option] for name, option in _IN_ONE.items() if option in spelled
    }

    def begins(found: re.Match[str]) -> str:
        spelling = first[found[1]]
        return spelling.on if found[2] is None else f"no {spelling.on}"

    def told(found: re.Match[str]) -> str:
        return found[0] if found[1] is None else spelled[found[1]].given(found[2])

    message = re.sub(rf"^(?!{_NOUNS})({'|'.join(first)}){_BEGINS}", begins, message)
    keyword = rf"(?<![\w'\"-])({names})=({_VALUE})"
    return re.sub(rf"{keyword}|(?<!\w)(?:{_TEXT})|{_CALL}", told, message)


def command_of(arguments: Sequence[str], commands: click.Command) -> click.Command:
    """Return the command that arguments are for: of a group, the one that is named."""
    for argument in arguments:
        if isinstance(commands, click.Group):
            commands = commands.commands.get(argument, commands)
    return commands


def _spelled(command: click.Command) -> dict[str, _Spelling]:
    found: dict[str, _Spelling] = {}
    for one in command.params:
        if isinstance(one, click.Argument):
            shown = str(one.metavar).strip("…")
            found[str(one.name)] = _Spelling(shown, f"no {shown}")
        else:
            on, off = one.opts[0], one.secondary_opts[:1]
            found[str(one.name)] = _Spelling(on, off[0] if off else f"no {on}")
    if "columns" in found:
        found.setdefault("p", found["columns"])
    return found


def _plain(text: str) -> Any:
    """Read a value of Python; what is none, such as a word, is itself."""
    try:
        return ast.literal_eval(text)
    except (SyntaxError, ValueError):
        return text


def _word(text: str) -> str:
    """Write a word as a shell takes it."""
    return text if re.fullmatch(r"[^\s'\"$&|;<>()`\\*?]+", text) else shlex.quote(text)

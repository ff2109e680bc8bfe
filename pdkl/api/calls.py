"""Calls that Python cannot bind to a method's parameters, said in the words of the user."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar

from pdkl.core.measures.catalogue import MEASURES
from pdkl.core.validation import did_you_mean
from pdkl.request.keywords import no_zeros

Method = Callable[..., Any]
_COLUMNS = ("columns", "p", "x")  # what the columns that a method is about are called


class Methods:
    """Public methods of an accessor. Python's own error would name the class that has the code."""

    _wider: ClassVar[type | None] = None  # an accessor whose methods of the same names take more

    def __init_subclass__(cls, **keywords: Any) -> None:
        """Let each public method that a class defines say what is wrong with a call of it."""
        super().__init_subclass__(**keywords)
        for name, method in list(vars(cls).items()):
            if inspect.isfunction(method) and not name.startswith("_"):
                setattr(cls, name, _answering(method))


def _answering(method: Method) -> Method:
    @wraps(method)
    def call(self: Any, /, *given: Any, **keywords: Any) -> Any:
        try:
            return method(self, *given, **keywords)
        except TypeError as error:
            # one that was raised within the method has been further
            if error.__traceback__ is None or error.__traceback__.tb_next is not None:
                raise
            message = _unbound(type(self), method, keywords, str(error))
        raise TypeError(message)

    return call


def _unbound(owner: type[Methods], method: Method, keywords: dict[str, Any], message: str) -> str:
    """Say why a call does not fit: which parameter there is not, which there are, and what to do.

    What else Python says of such a call, as of an argument that is missing, is clear.
    """
    name = method.__name__
    parameters = _parameters(method)
    unknown = next((one for one in keywords if one not in parameters), None)
    if unknown is None:
        return message.replace(f"{method.__qualname__}()", f"{name}()")
    value = keywords[unknown]
    shown = repr(value) if isinstance(value, str | int | float | None) else type(value).__name__
    remedy = _remedy(owner, name, unknown, parameters)
    return (
        f"{name}() has no parameter {unknown}; got {unknown}={shown}. {remedy} Its parameters are "
        f"{', '.join(parameters)}."
    )


def _remedy(owner: type[Methods], name: str, unknown: str, parameters: list[str]) -> str:
    measured = MEASURES.get(name)
    if unknown == "zeros" and measured is not None and not measured.divides_by:
        return f"It would have nothing to act on: {no_zeros(name)}"
    if unknown in _parameters(getattr(owner._wider, name, None)):
        return f"It is for frames, as in df.info_theory.{name}(); leave it out here."
    if unknown in _COLUMNS and parameters[0] in _COLUMNS:
        return f"Name the columns by {parameters[0]}."
    others = [one for one in dir(owner) if unknown in _parameters(getattr(owner, one))]
    if others:
        return f"It is one of {', '.join(others)}; leave it out here."
    return did_you_mean(unknown, parameters).strip() or "Leave it out."


def _parameters(method: Any) -> list[str]:
    """List the parameters of a public method, none of anything else."""
    if not inspect.isfunction(method) or method.__name__.startswith("_"):
        return []
    return list(inspect.signature(method).parameters)[1:]  # without self

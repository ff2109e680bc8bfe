"""What goes wrong is said without values of the data."""

from __future__ import annotations

import warnings
from typing import NoReturn

import pytest

from pdkl.core.redaction import kept_back
from pdkl.core.validation import ColumnNotFoundError

KEPT = (
    "a {} is kept back, as what it says may hold values of the data (redact=True). Ask without "
    "redact, where values may be seen, to read it."
)


class OddError(Exception):
    pass


class OddValueError(ValueError):
    pass


@pytest.mark.parametrize(
    ("given", "kind", "message"),
    [
        (ValueError("no 'secret' in 'shop'"), ValueError, KEPT.format("ValueError about 'shop'")),
        (OddValueError("secret"), ValueError, KEPT.format("OddValueError")),
        (TypeError("1 is secret, 'shop' too"), TypeError, KEPT.format("TypeError about 'shop'")),
        (OddError("secret"), RuntimeError, KEPT.format("OddError")),
        (FileNotFoundError(2, "no", "shop=secret"), OSError, KEPT.format("FileNotFoundError")),
        (FileNotFoundError("there is no 'x'."), FileNotFoundError, "there is no 'x'."),
        (ColumnNotFoundError("no column 'x'."), ColumnNotFoundError, "no column 'x'."),
        (ImportError("pip install 'x'"), ImportError, "pip install 'x'"),
    ],
)
def test_errors(given: Exception, kind: type[Exception], message: str) -> None:
    def ask() -> NoReturn:
        try:
            raise KeyError("secret")
        except KeyError as error:
            given.add_note("secret")
            raise given from error

    with pytest.raises(kind) as caught:
        kept_back(ask, lambda: ["shop", "plan", 1])
    error = caught.value
    assert str(error) == message
    assert (error.__cause__, error.__context__) == (None, None)
    assert not hasattr(error, "__notes__")


def test_columns_that_cannot_be_read_are_not_named() -> None:
    def ask() -> NoReturn:
        raise ValueError("secret")

    def columns() -> NoReturn:
        raise ValueError("secret")

    with pytest.raises(ValueError, match=r"^a ValueError is kept back") as caught:
        kept_back(ask, columns)
    assert caught.value.__context__ is None


def test_warnings() -> None:
    def ask() -> int:
        for _ in range(2):
            warnings.warn("secret", RuntimeWarning, stacklevel=1)
        return 1

    with pytest.warns(UserWarning, match="a RuntimeWarning is kept back") as caught:
        assert kept_back(ask) == 1
    assert [str(one.message) for one in caught] == [KEPT.format("RuntimeWarning")]


def test_an_interrupt_is_one() -> None:
    def ask() -> NoReturn:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        kept_back(ask)

"""What all public methods of a frame stand on: the data that they are about."""

from __future__ import annotations

from typing import Any

from pdkl.sources.registry import describe


class Data:
    """Hold the data; nothing is read or checked before a method is called."""

    def __init__(self, data: Any) -> None:
        self._data = data

    def __repr__(self) -> str:
        """Say what the methods are about, and how to go on."""
        return (
            f"<pdkl.InfoTheory of {describe(self._data)}: call .entropy(), .kl_divergence(), "
            ".drift() or another method, see help(pdkl.InfoTheory)>"
        )

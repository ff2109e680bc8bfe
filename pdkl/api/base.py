"""What all public methods of a frame stand on: the data that they are about."""

from __future__ import annotations

from pdkl.api.calls import Methods
from pdkl.sources.base import Holder
from pdkl.sources.registry import describe


class Data(Holder, Methods):
    """Hold the data; nothing is read or checked before a method is called."""

    def __repr__(self) -> str:
        """Say what the methods are about, and how to go on."""
        return (
            f"<pdkl.InfoTheory of {describe(self._data)}: call .entropy(), .kl_divergence(), "
            ".drift() or another method, see help(pdkl.InfoTheory)>"
        )

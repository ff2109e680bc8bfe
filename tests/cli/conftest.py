"""What all tests of the command are given."""

from tests.support.command import pdkl_

__all__ = ["pdkl_"]

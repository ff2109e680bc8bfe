"""What all tests of reports are given."""

from tests.support.reports import nasty

__all__ = ["nasty"]

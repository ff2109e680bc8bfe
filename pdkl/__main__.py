"""The command ``pdkl``, also as ``python -m pdkl``."""

import sys
from importlib.util import find_spec

from pdkl import _loading
from pdkl.cli import streams


def main() -> None:
    """Run the command, if what it needs is installed."""
    streams.prepare()
    if find_spec("click") is None:
        streams.tell("pdkl: the command needs click. Install it with: pip install 'pdkl[cli]'")
        sys.exit(2)
    from pdkl.cli.run import run

    _loading.interruptible()
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()

"""The command ``pdkl``, also as ``python -m pdkl``."""

import sys
from importlib.util import find_spec


def main() -> None:
    """Run the command, if what it needs is installed."""
    if find_spec("click") is None:
        print(
            "pdkl: the command needs click. Install it with: pip install 'pdkl[cli]'",
            file=sys.stderr,
        )
        sys.exit(2)
    from pdkl.cli.run import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()

"""The entry point of ``gett-tui`` and ``python -m gett_tui``."""

from __future__ import annotations

import sys


def main() -> None:
    """Runs the command line and ends the program with its exit status."""
    from gett_tui.cli import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()

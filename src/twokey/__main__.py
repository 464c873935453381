"""The program's entry. Asked for its version alone, it answers before anything else is loaded."""

import sys
from importlib import import_module

from twokey import __version__


def main() -> None:
    """Run the command line."""
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"twokey, version {__version__}\n")
        return
    import_module("twokey.cli").main()


if __name__ == "__main__":
    main()

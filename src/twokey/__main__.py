"""`python -m twokey`."""

from twokey.cli import main

if __name__ == "__main__":
    main()

"""`python -m netinv`."""

from netinv.cli.app import main

if __name__ == "__main__":
    main()

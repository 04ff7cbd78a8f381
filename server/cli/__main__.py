"""`python -m server.cli …` is the console script `stockturn …`."""

from server.cli import main

if __name__ == "__main__":
    main()

"""`python -m labels.decoding < picture`: the child of decode()."""

from labels.decoding.child import main

if __name__ == "__main__":
    main()

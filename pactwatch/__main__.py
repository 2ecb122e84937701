"""`python -m pactwatch` is the command line."""

from pactwatch.start import main

if __name__ == "__main__":
    main()

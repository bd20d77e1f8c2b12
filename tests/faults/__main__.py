"""`python -m tests.faults`: the table of the last runs."""

import sys

from tests.faults.tally import table

if __name__ == "__main__":
    sys.stdout.write(f"{table()}\n")

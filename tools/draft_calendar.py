#!/usr/bin/env python3
"""Draft the official working calendar (days off and make-up workdays) from the package chinesecalendar.

Run by a developer when the next year has been announced and the package has been updated:

    python tools/draft_calendar.py 2024 2025 2026

Compare the new year with the State Council's notice before committing: the file is a draft until a person has.
"""

import argparse
import csv
import sys
from pathlib import Path

import chinese_calendar
from chinese_calendar import constants

CSV = Path(__file__).resolve().parent.parent / "linli" / "lib" / "data" / "calendar_cn.csv"
NAMES = {holiday.value: holiday.chinese for holiday in constants.Holiday}


def rows(years: set[int]) -> list[tuple[str, str, str]]:
    """Return (date, kind, Chinese name) for every special day of the years, in order of date."""
    kinds = (("holiday", chinese_calendar.holidays), ("make_up", chinese_calendar.workdays))
    return sorted(
        (day.isoformat(), kind, NAMES[name]) for kind, days in kinds for day, name in days.items() if day.year in years
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("years", nargs="+", type=int, help="the years to write, such as 2025 2026")
    parser.add_argument("--out", type=Path, default=CSV, help="the file to write (default: %(default)s)")
    options = parser.parse_args()
    years = set(options.years)
    found = rows(years)
    missing = years - {int(day[:4]) for day, _, _ in found}
    if missing:
        parser.error("chinesecalendar does not know: " + ", ".join(map(str, sorted(missing))))
    with options.out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("date", "kind", "name"))
        writer.writerows(found)
    print(f"{options.out}: {len(found)} days")
    return 0


if __name__ == "__main__":
    sys.exit(main())

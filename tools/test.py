"""Run the whole suite on SQLite, and on PostgreSQL where one answers; say at the end on which databases it ran.

PostgreSQL: the server of LINLI_TEST_POSTGRES_URL, or else one on this machine that lets us in and lets us make
databases. Browser journeys run once, where a Chromium is found. Arguments after `--` go to pytest.
"""

import argparse
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

ROOT = Path(__file__).resolve().parent.parent
LOCAL = ("postgres://postgres@127.0.0.1:5432/linli", "postgres:///linli")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
NOTHING_COLLECTED = 5


def main() -> int:
    """Run everything, report, and return 1 when anything failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=2, help="test processes side by side")
    parser.add_argument("--require-postgresql", action="store_true", help="fail where no PostgreSQL answers")
    parser.add_argument("--require-browser", action="store_true", help="fail where no Chromium is found")
    parser.add_argument("rest", nargs="*", help="for pytest")
    options = parser.parse_args()
    url, name = postgresql()
    has_browser = any(map(shutil.which, BROWSERS))
    if options.require_postgresql and not url:
        print("No PostgreSQL answers; set LINLI_TEST_POSTGRES_URL.", file=sys.stderr)
        return 1
    if options.require_browser and not has_browser:
        print("No Chromium was found; on Debian: apt install chromium", file=sys.stderr)
        return 1
    side_by_side = ["-n", str(options.jobs)] if options.jobs > 1 else []
    runs = [(f"SQLite {sqlite3.sqlite_version}", "", ["-m", "not journey", *side_by_side])]
    if url:
        # What asks no database says the same on each: once is enough.
        runs.append((name, url, ["-m", "database and not journey", *side_by_side]))
    if has_browser:
        runs.append(("journeys in a browser, on SQLite", "", ["-m", "journey"]))
    results = [(about, run(about, database, [*arguments, *options.rest])) for about, database, arguments in runs]
    print("\nThe suite ran on:")
    for about, code in results:
        print(f"  {about}: {'passed' if code == 0 else 'no such tests' if code == NOTHING_COLLECTED else 'FAILED'}")
    if not url:
        print("  Not on PostgreSQL: no server answers. Set LINLI_TEST_POSTGRES_URL, or start one on this machine.")
    if not has_browser:
        print("  Without browser journeys: no Chromium was found.")
    return int(any(code not in (0, NOTHING_COLLECTED) for _about, code in results))


def run(about: str, database: str, arguments: list[str]) -> int:
    """One run of pytest; returns its exit code."""
    print(f"\n=== {about} ===", flush=True)
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    if database:
        environment["DATABASE_URL"] = database
    return subprocess.run(
        [sys.executable, "-m", "pytest", *arguments], cwd=ROOT, env=environment, check=False
    ).returncode


def postgresql() -> tuple[str, str]:
    """The address and the name with version of a usable server; both empty when there is none."""
    given = os.environ.get("LINLI_TEST_POSTGRES_URL", "").strip()
    for url in (given,) if given else LOCAL:
        try:
            with psycopg.connect(server_of(url), connect_timeout=2) as connection:
                row = connection.execute(
                    "SELECT rolsuper OR rolcreatedb, current_setting('server_version')"
                    " FROM pg_roles WHERE rolname = current_user"
                ).fetchone()
        except psycopg.Error as trouble:
            if given:
                print(f"LINLI_TEST_POSTGRES_URL does not answer: {str(trouble).strip()}", file=sys.stderr)
            continue
        if row and row[0]:
            return url, f"PostgreSQL {row[1].split()[0]}"
    return "", ""


def server_of(url: str) -> str:
    """The same server's own database: the one of the tests is made by them."""
    return urlsplit(url)._replace(path="/postgres").geturl()


if __name__ == "__main__":
    sys.exit(main())

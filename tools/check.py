"""Everything that a machine can judge without running the program: one line for each check, details where one fails."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
LINLI = (sys.executable, "-m", "linli.project.cli")

CHECKS: dict[str, tuple[str | Path, ...]] = {
    "style": (BIN / "ruff", "check", "."),
    "format": (BIN / "ruff", "format", "--check", "."),
    "types": (BIN / "mypy", "linli", "tools"),
    "floors": (BIN / "lint-imports", "--no-cache"),
    "templates": (BIN / "djlint", "linli", "--lint", "--quiet"),
    "system": (*LINLI, "manage", "check", "--fail-level", "WARNING"),
    "migrations": (*LINLI, "manage", "makemigrations", "--check", "--dry-run"),
    "translations": (sys.executable, "tools/translate.py", "check"),
    "reference": (*LINLI, "manage", "reference", "--check"),
}


def main(arguments: list[str]) -> int:
    """Run all checks, or those named; returns 1 when one fails."""
    unknown = [name for name in arguments if name not in CHECKS]
    if unknown:
        print(f"There is no check {unknown[0]}. There are: {', '.join(CHECKS)}.", file=sys.stderr)
        return 2
    failed = []
    # A home that is thrown away: a check must not make keys or databases in the checkout.
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "LINLI_HOME": home, "NO_COLOR": "1"}
        environment.pop("DATABASE_URL", None)
        for name in arguments or CHECKS:
            started = time.monotonic()
            done = subprocess.run(CHECKS[name], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
            print(
                f"{'FAIL' if done.returncode else ' ok '}  {name:<13} {time.monotonic() - started:5.1f} s", flush=True
            )
            if done.returncode:
                failed.append(name)
                print(done.stdout + done.stderr, flush=True)
    if failed:
        print(f"Failed: {', '.join(failed)}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

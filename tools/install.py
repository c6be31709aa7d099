"""Make the virtual environment and install the pinned packages and Linli itself. Runs on the system's own Python.

Every package is pinned with its hashes, the one that builds Linli (hatchling) included, so nothing is fetched that the
lock does not name. Linli is installed as a link to this checkout: `git pull` needs no second installation.
"""

import argparse
import importlib.util
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)
ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Install, and leave the stamp that says so. Exit code 1, with a plain sentence, when something is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--venv", type=Path, required=True)
    parser.add_argument("--lock", type=Path, required=True)
    parser.add_argument("--stamp", type=Path, required=True)
    options = parser.parse_args()
    trouble = cannot_start()
    if trouble:
        print(trouble, file=sys.stderr)
        return 1
    python = options.venv / "bin" / "python"
    try:
        if not (options.venv / "bin" / "pip").exists():
            print(f"Making a virtual environment in {options.venv} ...", flush=True)
            subprocess.run([sys.executable, "-m", "venv", "--clear", options.venv], check=True)
        print(f"Installing the packages pinned in {options.lock} (once) ...", flush=True)
        pip = [python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        subprocess.run([*pip, "--require-hashes", "-r", options.lock], check=True)
        subprocess.run([*pip, "--no-deps", "--no-build-isolation", "--editable", ROOT], check=True)
    except subprocess.CalledProcessError as failure:
        print(f"The installation stopped: {' '.join(map(str, failure.cmd))}", file=sys.stderr)
        print("What stands above says why. Mend it and start again; what is done already is kept.", file=sys.stderr)
        return 1
    options.stamp.touch()
    return 0


def cannot_start() -> str:
    """What this Python lacks, in a sentence; empty when it lacks nothing."""
    if sys.version_info < OLDEST:
        have = ".".join(map(str, sys.version_info[:3]))
        return (
            f"Linli needs Python 3.11 or newer; {sys.executable} is {have}. Name another: make demo PYTHON=python3.12"
        )
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        return "This Python cannot make virtual environments. On Debian and Ubuntu: apt install python3-venv"
    return ""


if __name__ == "__main__":
    sys.exit(main())

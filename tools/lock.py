"""Pin every dependency again, with hashes and without addresses: requirements.lock and requirements-dev.lock.

What is pinned already stays unless pyproject.toml no longer allows it; `--upgrade` takes the newest allowed.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMPILE = (
    *("uv", "pip", "compile", "pyproject.toml", "--universal", "--generate-hashes"),
    *("--no-header", "--no-annotate", "--no-emit-index-url", "--quiet"),
)
LOCKS = {"requirements.lock": ("--group", "build"), "requirements-dev.lock": ("--group", "build", "--group", "dev")}


def main(arguments: list[str]) -> int:
    """Write both locks. Arguments are handed on to uv. Returns uv's exit code."""
    uv = Path(sys.executable).with_name("uv")
    for name, groups in LOCKS.items():
        done = subprocess.run([uv, *COMPILE[1:], *groups, *arguments, "-o", name], cwd=ROOT, check=False)
        if done.returncode:
            return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

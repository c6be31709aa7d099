"""Secrets that an installation makes for itself on first start and keeps under `LINLI_HOME`."""

import os
from pathlib import Path

from django.core.management.utils import get_random_secret_key


def secret_key(home: Path) -> str:
    """The signing key of this installation, made once (mode 0600) and read ever after.

    Two processes that start at the same moment end with the same key: the file is linked into
    place whole, so the loser reads what the winner wrote.
    """
    path = home / "secret-key"
    if not path.exists():
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = home / f".secret-key.{os.getpid()}"
        draft.touch(mode=0o600)
        draft.write_text(get_random_secret_key(), encoding="utf-8")
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="utf-8").strip()

"""What an operator may set from outside, read once and checked, with a plain sentence when it is wrong."""

import os
from pathlib import Path


class BadSetting(Exception):  # noqa: N818 - what is bad
    """An environment variable has a value that Linli cannot use; the message says what to write instead."""


def text(name: str, default: str = "") -> str:
    """The value of `name`, stripped; `default` when it is unset or empty."""
    return os.environ.get(name, "").strip() or default


def flag(name: str, default: bool) -> bool:
    """A yes-or-no variable: 1/0, true/false, yes/no, on/off."""
    value = text(name).lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise BadSetting(f"{name} is {value!r}; write 1 or 0.")


def number(name: str, default: int) -> int:
    """A whole number."""
    value = text(name)
    if not value:
        return default
    try:
        return int(value)
    except ValueError:
        raise BadSetting(f"{name} is {value!r}; write a whole number.") from None


def names(name: str, default: str = "") -> list[str]:
    """A comma-separated list."""
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def home() -> Path:
    """Where this installation keeps its database, files and keys (`LINLI_HOME`, default `./var`)."""
    return Path(text("LINLI_HOME", "var")).expanduser().resolve()

"""Which right opens which kind of case. Apart from the kinds, because the rows are filtered by it."""

_kinds_by_right: dict[str, set[str]] = {}


def read_with(kind: str, permission: str) -> None:
    """Say that cases of this kind are read with this right."""
    _kinds_by_right.setdefault(permission, set()).add(kind)


def kinds_read_with(permission: str) -> frozenset[str]:
    """The kinds whose cases this right opens."""
    return frozenset(_kinds_by_right.get(permission, ()))

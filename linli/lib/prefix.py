"""A subtree of areas is a prefix of their codes; a prefix is a range, and a range is what every index answers."""


def within(field: str, area_id: str) -> dict[str, str]:
    """Query keywords that keep the rows whose `field` is `area_id` or lies under it.

    `within("area_id", "320105")` gives `{"area_id__gte": "320105", "area_id__lt": "320106"}`. The codes are
    digits, whose order every collation agrees on, so one plain index serves SQLite and PostgreSQL alike.
    The empty code stands for nowhere and matches nothing.
    """
    if not area_id:
        return {f"{field}__gte": "1", f"{field}__lt": "0"}
    return {f"{field}__gte": area_id, f"{field}__lt": str(int(area_id) + 1)}

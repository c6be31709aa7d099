"""The words of flows in the reader's language: the tables are pure, so they are translated here."""

from collections.abc import Iterable

from django.utils.translation import gettext, ngettext, pgettext

from linli.spine.cases.flow import PART_LABELS, Flow, Objection, Part

__all__ = ["part_names", "sentence", "span"]


def part_names(parts: Iterable[str]) -> str:
    """The parts in words, joined for a sentence."""
    names = [gettext(PART_LABELS[Part(part)]) for part in parts]
    return pgettext("joins names in a sentence", ", ").join(names)


def sentence(objection: Objection, flow: Flow) -> str:
    """Why a move may not be made, as a person reads it."""
    values = dict(objection.values)
    if "parts" in values:
        values["parts"] = part_names(values["parts"])  # type: ignore[arg-type]
    if "state" in values:
        values["state"] = gettext(str(values["state"]))
    return gettext(objection.text) % values


def span(minutes: int) -> str:
    """A length of time in the two largest fitting words: days, hours or minutes."""
    minutes = abs(minutes)
    if minutes < 60:
        return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
    hours = minutes // 60
    if hours < 48:
        return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}
    days = hours // 24
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}

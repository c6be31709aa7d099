"""What the actions of homes share: the right to edit, tidy text, codes that are in their tables."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.roles import Permission
from linli.foundation.areas.models import Area
from linli.foundation.rules import queries as rules
from linli.lib.chinese import tidy
from linli.lib.errors import Invalid, NotAllowed, Refusal

COMMUNITY_DIGITS = 12
FIRST_YEAR = 1800


class InUse(Refusal):
    """Something still hangs on it, so it cannot be removed."""

    code = "in_use"
    status = 409


def may_edit(by: Actor) -> None:
    """Raise NotAllowed unless the post includes changing the register."""
    if not by.can(Permission.PEOPLE_EDIT):
        raise NotAllowed(_("Your post does not include changing the register of people."))


def text_of(value: object, length: int, *, field: str = "", missing: object = "") -> str:
    """One line of tidy text of at most `length` characters; raises Invalid for `field` where it is longer, or empty
    although something is said about what is `missing`. Nothing typed is cut without a word."""
    text = " ".join(tidy(str(value or "")).split())
    if len(text) > length:
        words = _("At most %(n)s characters; these are %(had)s.") % {"n": length, "had": len(text)}
        raise Invalid(fields={field: words} if field else None, message=None if field else words)
    if missing and not text:
        raise Invalid(fields={field: missing})
    return text


def code_in(table: str, value: object, *, field: str, area_id: str, on: date, empty: bool = False) -> str:
    """A code of a table of the rules; raises Invalid for `field`."""
    code = str(value or "").strip()
    if not code and empty:
        return ""
    entries: Any = rules.params(f"codes.{table}", area_id, on)["entries"]
    if code not in {one for one, _label in entries}:
        raise Invalid(fields={field: _("Choose an entry of the list.")})
    return code


def whole_number(value: object, *, field: str, least: int, most: int) -> int | None:
    """A whole number between two bounds, or None for nothing; raises Invalid for `field`."""
    if value in (None, ""):
        return None
    try:
        number = int(str(value))
    except ValueError:
        number = least - 1
    if not least <= number <= most:
        raise Invalid(fields={field: _("A number from %(least)s to %(most)s.") % {"least": least, "most": most}})
    return number


def area_in_reach(by: Actor, area_id: str, *, field: str, on: date) -> Area:
    """A community, grid or sub-grid inside the actor's area, in force on a day; raises Invalid for `field`."""
    area = None
    if by.covers(area_id) and len(area_id) >= COMMUNITY_DIGITS:
        area = Area.objects.current(on).filter(pk=area_id).first()
    if area is None:
        raise Invalid(fields={field: _("Choose a community or grid of your area.")})
    return area

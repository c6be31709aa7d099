"""Publishing what a place adds to the rules of the gate."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.apps.admission.queries import rulebook
from linli.apps.admission.queries.rulebook import DOMAINS, Typed
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.roles import Permission
from linli.foundation.areas.models import Area
from linli.foundation.audit import actions as audit
from linli.foundation.rules import actions as rules
from linli.foundation.rules import bounds
from linli.foundation.rules.models import RuleSet
from linli.lib.errors import Invalid, NotAllowed, Stale
from linli.spine.catalogue.meaning import NONE

FARTHEST = timedelta(days=366 * 2)
LONGEST = {"words": 30, "sentences": 120}
MOST_LINES = 200


def may(actor: Actor) -> bool:
    """Whether somebody keeps the rules of a place: who keeps its lists."""
    return actor.can(Permission.CATALOGUE_MANAGE) and bool(actor.area_id)


def check(which: str, given: Typed, source: str, on: date) -> None:
    """Raises Invalid (by field): lines too long or too many, or rules that let through more than the country's."""
    errors: dict[str, object] = {}
    for name, text in given.items():
        rows = rulebook.lines(text)
        longest = LONGEST["sentences" if name.startswith("sentences_") else "words"]
        if len(rows) > MOST_LINES or any(len(row) > longest for row in rows):
            limits = {"lines": MOST_LINES, "n": longest}
            errors[name] = _("At most %(lines)s lines of %(n)s characters.") % limits
        elif not name.startswith("level_") and any(len(row) < 2 for row in rows):
            errors[name] = _("A line has at least two characters.")
    if errors:
        raise Invalid(fields=errors)
    exceeded = bounds.exceeded(DOMAINS[which], rulebook.proposed(which, on, given, source), on)
    excused = [one.removeprefix("examples.") for one in exceeded if one.startswith("examples.")]
    levels = [name for name in given if name.startswith("level_") and f"lists.{name[6:]}." in " ".join(exceeded)]
    if excused:
        text = _("By the rules of the country these are burdens, and no place may excuse them: %(sentences)s")
        errors[f"sentences_{NONE}"] = text % {"sentences": "；".join(excused)}
    errors |= {name: _("The country asks for more than this.") for name in levels}
    if errors:
        raise Invalid(fields=errors)


@transaction.atomic
def publish(
    *, by: Actor, which: str, given: Typed, source: str, effective_from: date, seen: int, now: datetime
) -> RuleSet:
    """Publish the country's rules with what the actor's place adds, from a day on. Raises NotAllowed, Stale, Invalid.

    `seen`: the version that the form showed; nobody overwrites what a colleague has published meanwhile.
    """
    if not may(by):
        raise NotAllowed(_("Your post does not include the rules of the gate."))
    # Two who publish at once: the second sees what the first has done.
    Area.objects.select_for_update(no_key=True).get(pk=by.area_id)
    newest = next(iter(rulebook.kept(which, by.area_id)), None)
    if (newest.version if newest is not None else 0) != seen:
        raise Stale(_("A colleague has published another version meanwhile. Look at it, then add yours."))
    today = timezone.localdate(now)
    if not today <= effective_from <= today + FARTHEST:
        raise Invalid(fields={"effective_from": _("Choose today or a later day, at most two years away.")})
    if len(source.strip()) < 2:
        raise Invalid(fields={"source": _("Name the document that the rules come from.")})
    check(which, given, source, effective_from)
    made = rules.publish(
        domain=DOMAINS[which],
        area_code=by.area_id,
        params=rulebook.proposed(which, effective_from, given, source),
        source=source,
        effective_from=effective_from,
    )
    audit.record(by=by, action=f"rules.{which}", now=now, subject_kind="rule_set", subject_id=made.pk, reason=source)
    return made

"""The page of a person: who they are, how they live, how they lived, and who changed what."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.http import FileResponse, Http404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from linli.foundation.accounts.access import requires
from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.client import ip_of
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.foundation.files.actions import open_photo
from linli.lib.chinese import fold
from linli.register.people import codes, groups, readings
from linli.register.people.actions import fields
from linli.register.people.actions.requests import may_take
from linli.register.people.models import Person, PopulationEvent, Tag, Tenure, UnreadCell
from linli.register.people.queries import life
from linli.sites.register import history, words
from linli.sites.register.edge import page, person_in_scope, url_or_none
from linli.sites.register.panels import panels
from linli.sites.register.views import contacts, unread

#: The events that an office enters for somebody who lives here, in the order of the buttons.
EVENTS = ("move_within", "marriage", "head_change", "split", "flow_out", "move_out", "death")


@requires(Permission.PEOPLE_READ)
@never_cache
@require_safe
def person(request: ActorRequest, person_id: int) -> TemplateResponse:
    """The whole page; with `?on=` also the state on that day. At most twenty statements, one of them the log line."""
    now, actor = timezone.now(), request.actor
    today = timezone.localdate(now)
    found = person_in_scope(actor, person_id)
    readings.read(by=actor, person=found, now=now, ip=ip_of(request))
    tags, spells = life.tags_of(found), life.spells_of(found)
    communities = life.communities([one.area_id for one in spells] + [found.area_id])
    asked = request.GET.get("on", "")
    on = day_of(asked)
    then = life.on_day(actor, on, spells, tags) if on else None
    context = {
        "person": found,
        "facts": key_facts(found),
        "more_facts": words.code_facts(found),
        "numbers": numbers(found, actor),
        "status": words.status(found),
        "head": head(found, today),
        "home": home(found, communities),
        "family": family(found),
        "groups": group_rows([tag for tag in tags if tag.until is None], actor, today),
        "past_groups": group_rows([tag for tag in tags if tag.until is not None], actor, today)[::-1],
        "tenures": [tenure_words(one, found) for one in life.tenures(found)],
        "related": contacts.lines(found, actor),
        "spells": [history.spell(one, actor, communities) for one in spells],
        "events": history.events(life.events_of(found), actor),
        "changes": history.changes(life.changes_of(found)) if sees_changes(actor) else None,
        "corrections": life.waiting_corrections(found),
        "unread": [unread.shown(one) for one in UnreadCell.objects.visible_to(actor).open().filter(person=found)]
        if actor.can(Permission.PEOPLE_EDIT)
        else [],
        "panels": panels(found, actor),
        "may_edit": actor.can(Permission.PEOPLE_EDIT),
        "may_propose": actor.can(Permission.PEOPLE_PROPOSE) and not actor.can(Permission.PEOPLE_EDIT),
        "may_reveal": actor.can(Permission.PEOPLE_REVEAL),
        "event_links": event_links(found) if actor.can(Permission.PEOPLE_EDIT) else [],
        "may_see_readers": sees_readers(actor),
        "may_take_requests": may_take(actor),
        "may_see_restricted": actor.can(Permission.PEOPLE_RESTRICTED),
        "asked_on": asked if on else "",
        "bad_day": bool(asked) and on is None,
        "today": today,
        "then": then,
        "then_spell": history.spell(then.spell, actor, communities) if then and then.spell else None,
        "then_groups": [words.tag(one, groups.groups()) for one in then.tags] if then else [],
        "then_members": [member(one.person, one.relation) for one in then.members] if then else [],
    }
    return page(request, "person.html", context)


@requires(Permission.PEOPLE_READ)
@require_safe
def photo(request: ActorRequest, person_id: int) -> FileResponse:
    """The photo of a person in scope, whole or `?size=small`."""
    found = person_in_scope(request.actor, person_id)
    if found.photo is None:
        raise Http404
    response = open_photo(found.photo, "small" if request.GET.get("size") == "small" else "full")
    # The address stays when the photo is replaced, so a browser asks again.
    response["Cache-Control"] = "private, no-cache"
    return response


def day_of(text: str) -> date | None:
    """A day of the address, or None for what is none."""
    try:
        return date.fromisoformat(fold(text)[:10]) if text else None
    except ValueError:
        return None


def sees_changes(actor: Actor) -> bool:
    """Whether the actor may read who changed which field from what to what."""
    return actor.can(Permission.PEOPLE_EDIT) or actor.can(Permission.AUDIT_READ)


def sees_readers(actor: Actor) -> bool:
    """Whether the actor may read who has looked: an auditor, and who answers requests about personal data."""
    return actor.can(Permission.AUDIT_READ) or actor.can(Permission.PEOPLE_APPROVE)


def head(found: Person, today: date) -> str:
    """One line under the name: sex, age, relation, kind of population."""
    kind = codes.label("population_kind", found.kind)
    parts = [words.sex(found), words.years(found, today), codes.label("relation", found.relation), kind]
    return " · ".join(part for part in parts if part)


def key_facts(found: Person) -> list[tuple[str, Any]]:
    """What the desk needs first, as label and value."""
    area = found.area
    place = " › ".join([*([area.parent.name] if area.parent else []), area.name])
    labels = words.field_labels()
    return [
        (labels["born"], found.born_words),
        (_("Died on"), found.died.isoformat() if found.died else ""),
        (_("Population"), codes.label("population_kind", found.kind)),
        (_("Hukou and residence"), codes.label("residence_match", found.match)),
        (_("Grid"), place),
        (_("In the register since"), f"{timezone.localdate(found.created_at)}"),
        (_("Last changed"), f"{timezone.localtime(found.updated_at):%Y-%m-%d %H:%M}"),
    ]


def numbers(found: Person, actor: Actor) -> list[dict[str, Any]]:
    """Document and phones, masked, and what this actor may do with each."""
    may = actor.can(Permission.PEOPLE_REVEAL)
    labels = words.field_labels()
    rows = []
    for field in ("identity", "phone", "other_phone"):
        value = words.masked(found, field)
        if not value:
            continue
        label = codes.label("identity_kind", found.identity_kind) if field == "identity" else labels[field]
        who = found.other_contact if field == "other_phone" else ""
        rows.append(
            {"field": field, "label": label, "value": value, "who": who, "call": may and field in fields.PHONES}
        )
    return rows


def home(found: Person, communities: Mapping[str, str]) -> dict[str, str]:
    """Where the person lives (or lived last), with the ways to the household, the dwelling and the building."""
    dwelling = found.dwelling
    return {
        "address": words.home(found),
        "community": communities.get(found.area_id[: life.COMMUNITY_DIGITS], ""),
        "estate": dwelling.building.estate.name if dwelling and dwelling.building.estate else "",
        "household_url": url_or_none("register:household", found.household_id) if found.household_id else "",
        "dwelling_url": url_or_none("register:dwelling", dwelling.pk) if dwelling else "",
        "building_url": url_or_none("register:building", dwelling.building_id) if dwelling else "",
        "building": dwelling.building.name if dwelling else "",
    }


def family(found: Person) -> list[dict[str, str]]:
    """The others of the household, each a link."""
    return [member(one, one.relation) for one in life.family(found)]


def member(one: Person, relation: str) -> dict[str, str]:
    """Somebody of a household: name, relation to its head, birthday."""
    return {
        "name": one.name,
        "url": url_or_none("register:person", one.pk),
        "relation": codes.label("relation", relation) or _("relation not known"),
        "born": one.born_words,
    }


def group_rows(tags: Sequence[Tag], actor: Actor, today: date) -> list[dict[str, Any]]:
    """Groups with all that is known of them; what follows from facts cannot be ended or reviewed by hand."""
    named = groups.groups()
    may = actor.can(Permission.PEOPLE_EDIT)
    return [
        {
            "tag": tag,
            "drawn": words.tag(tag, named),
            "computed": tag.source == Tag.Source.COMPUTED,
            "overdue": tag.until is None and tag.review_on is not None and tag.review_on <= today,
            "may": may and tag.until is None and tag.source != Tag.Source.COMPUTED,
        }
        for tag in tags
    ]


def tenure_words(one: Tenure, found: Person) -> dict[str, str]:
    """Who owns or rents what: this home, or another that is this person's."""
    own = one.person_id == found.pk
    return {
        "part": words.capital(str(one.get_part_display())),
        "who": one.person.name if one.person else one.name,
        "what": one.dwelling.address if own and one.dwelling_id != found.dwelling_id else _("this home"),
        "since": one.since.isoformat() if one.since else "",
        "until": one.until.isoformat() if one.until else "",
    }


def event_links(found: Person) -> list[dict[str, str]]:
    """The events that can be entered for somebody who lives here."""
    kinds = dict(PopulationEvent._meta.get_field("kind").choices or ())
    wanted = EVENTS if found.status == Person.Status.HERE else ()
    links = [(str(kinds[kind]), url_or_none("register:person_event", found.pk, kind)) for kind in wanted]
    return [{"label": words.capital(label), "url": url} for label, url in links if url]

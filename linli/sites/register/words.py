"""People in words and drawn pieces: labels of fields, lines of lists, values as the reader may see them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from linli.lib import citizen_id, divisions
from linli.lib.chinese import mask_phone
from linli.register.people import codes, groups
from linli.register.people.actions import fields
from linli.register.people.models import Person, Tag
from linli.ui.templatetags.ui import status_tag

STATUS_KINDS = {Person.Status.HERE: "done", Person.Status.GONE: "muted", Person.Status.DEAD: "muted"}
RISK_KINDS = {"high": "late", "key": "soon", "general": "doing"}


def field_labels() -> Mapping[str, str]:
    """What each field of a person is called."""
    own = {
        "name": _("Name"),
        "identity": _("Number of the document"),
        "phone": _("Phone"),
        "other_phone": _("Phone of the emergency contact"),
        "other_contact": _("Emergency contact"),
        "contacts": _("Related people"),
        "photo": _("Photo"),
    }
    named = {field.name: field for field in Person._meta.fields}
    return {
        name: own.get(name) or capital(str(named[name].verbose_name)) if name in named or name in own else name
        for name in (*fields.EDITABLE, "photo", "contacts")
    }


def capital(text: str) -> str:
    """The text with a large first letter, the rest as it is."""
    return text[:1].upper() + text[1:]


def shown(field: str, value: str) -> str:
    """A value of a field as text for the page: codes in words, documents and phones masked."""
    if not value:
        return "–"
    if field == "identity":
        return citizen_id.mask(value)
    if field in fields.PHONES:
        return mask_phone(value)
    if field == "registered_area":
        found = divisions.known(value)
        return f"{value} {found.name}" if found else value
    return codes.label(fields.CODES[field], value) if field in fields.CODES else value


def masked(person: Person, field: str) -> str:
    """A sealed value of a person, masked; "" when there is none."""
    value = fields.plain(person, field)
    return shown(field, value) if value else ""


def age_of(person: Person, today: date) -> int | None:
    """The completed years of life: today's, or at death."""
    return citizen_id.age(person.born, person.died or today) if person.born else None


def years(person: Person, today: date) -> str:
    """The age in words; "" when the birthday is not known."""
    age = age_of(person, today)
    return "" if age is None else _("%(n)s years") % {"n": age}


def sex(person: Person) -> str:
    """男, 女 or, where it is not known, nothing."""
    return codes.label("sex", person.sex) if person.sex in ("1", "2") else ""


def status(person: Person) -> SafeString:
    """Here, gone or dead, drawn."""
    icon = "home" if person.status == Person.Status.HERE else "logout"
    return status_tag(STATUS_KINDS[Person.Status(person.status)], capital(str(person.get_status_display())), icon)


def tag(one: Tag, named: Mapping[str, groups.Group]) -> SafeString:
    """A group as a tag; those that are visited most stand out, by word order and colour."""
    group = named.get(one.kind)
    label = group.label if group else one.kind
    kind = RISK_KINDS.get(group.risk if group else "", "new")
    return status_tag(kind, f"{label} {one.level}".strip(), "tag")


def home(person: Person) -> str:
    """Where somebody lives, or lived last: the address, or the area where none is known."""
    return person.dwelling.address if person.dwelling else person.area.name


def lines(people: Iterable[Person], tags: Mapping[int, Sequence[Tag]], today: date) -> list[dict[str, object]]:
    """People as rows of the list, flat and drawn: fifty times twenty look-ups make a template slow."""
    pattern = reverse("register:person", args=[0])
    named, kinds = groups.groups(), codes.labels("population_kind")
    relations = codes.labels("relation")
    found: list[dict[str, object]] = []
    for person in people:
        facts = [sex(person), years(person, today), relations.get(person.relation, "")]
        drawn = ((tag(one, named),) for one in tags.get(person.pk, ()))
        found.append(
            {
                "name": person.name,
                "url": pattern.replace("/0/", f"/{person.pk}/"),
                "sub": " · ".join(fact for fact in facts if fact),
                "home": home(person),
                "kind": kinds.get(person.kind, person.kind),
                "status": "" if person.status == Person.Status.HERE else status(person),
                "tags": format_html_join(" ", "{}", drawn),
            }
        )
    return found


def link(url: str, text: object) -> object:
    """The text as a link, or bare where there is no page for it."""
    return format_html('<a href="{}">{}</a>', url, text) if url else text


def code_facts(person: Person) -> list[tuple[str, Any]]:
    """What stays true of a person, beside name and numbers: label and value, codes in words."""
    labels = field_labels()
    names = ("ethnic", "nationality", "education", "political", "employment")
    found: list[tuple[str, Any]] = [(labels[name], shown(name, getattr(person, name))) for name in names]
    found += [
        (capital(str(Person._meta.get_field("marital").verbose_name)), codes.label("marital", person.marital)),
        (labels["workplace"], person.workplace),
        (labels["registered_area"], shown("registered_area", person.registered_area)),
        *((labels[name], getattr(person, name)) for name in ("registered_address", "note")),
    ]
    if person.inflow_reason:
        found.append((labels["inflow_reason"], shown("inflow_reason", person.inflow_reason)))
    return [(label, value) for label, value in found if value not in ("", "–")]

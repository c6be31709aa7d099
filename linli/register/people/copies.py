"""Everything that is held about somebody, in a form that they can read (PIPL §45: access and copy).

Of others it tells only names and relations: their numbers are theirs. Restricted groups are not in it, whether there
are any or not; the officer tells of them in person. Apps above the register that hold something about people add a
section:

    copies.register("visits", section)      # in AppConfig.ready

`section(person)` returns a Section, or None when there is nothing.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from linli.foundation import vault
from linli.register.people import codes, groups
from linli.register.people.actions import fields
from linli.register.people.models import (
    Change,
    Correction,
    Person,
    PopulationEvent,
    Spell,
    SubjectRequest,
    Tag,
    Tenure,
    UnreadCell,
)
from linli.register.people.queries import contacts


@dataclass(frozen=True)
class Section:
    """One table of the document: its title, the names of its columns, and its rows, all as text."""

    title: str
    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


More = Callable[[Person], Section | None]

_more: dict[str, More] = {}


def register(name: str, more: More) -> None:
    """Add what an app above the register holds about people."""
    _more[name] = more


def of_person(person: Person) -> list[Section]:
    """The whole document, nothing masked. Only for the person, after who asks was checked and it was written down."""
    sections: list[Section | None] = [
        _facts(person),
        _family(person),
        _spells(person),
        _tags(person),
        _tenures(person),
        _contacts(person),
        _named_beside(person),
        _events(person),
        _changes(person),
        _corrections(person),
        _requests(person),
        _unread(person),
        *(more(person) for more in _more.values()),
    ]
    return [section for section in sections if section is not None and section.rows]


def label_of(field: str) -> str:
    """What a field of a person is called."""
    own = {
        "name": _("Name"),
        "identity": _("Number of the document"),
        "phone": _("Phone"),
        "other_phone": _("Phone of the emergency contact"),
        "other_contact": _("Emergency contact"),
        "contacts": _("Related people"),
    }
    if field in own:
        return own[field]
    names = {one.name: str(getattr(one, "verbose_name", one.name)) for one in Person._meta.get_fields()}
    text = names.get(field, field)
    return text[:1].upper() + text[1:]


def words_of(field: str, value: object) -> str:
    """A value of a field as text: codes in words."""
    text = fields.as_text(value)
    return codes.label(fields.CODES[field], text) if text and field in fields.CODES else text


def _facts(person: Person) -> Section:
    rows = [(label_of(name), words_of(name, fields.plain(person, name))) for name in fields.EDITABLE]
    rows += [
        (_("Status"), str(person.get_status_display())),
        (_("Kind of population"), codes.label("population_kind", person.kind)),
        (_("Marital status"), codes.label("marital", person.marital)),
        (_("Hukou and residence"), codes.label("residence_match", person.match)),
        (_("Died on"), _day(person.died)),
        (_("Photo"), _("kept; ask to see it") if person.photo_id else ""),
        (_("In the register since"), _moment(person.created_at)),
    ]
    return Section(_("Person"), (_("What"), _("Held")), [row for row in rows if row[1]])


def _family(person: Person) -> Section | None:
    if person.household_id is None:
        return None
    members = Person.objects.filter(household_id=person.household_id, status=Person.Status.HERE).exclude(pk=person.pk)
    rows = [(one.name, codes.label("relation", one.relation)) for one in members.order_by("relation", "pk")]
    return Section(_("Household"), (_("Name"), _("Relation to the head")), rows)


def _spells(person: Person) -> Section:
    spells = Spell.objects.filter(person=person).select_related("area", "dwelling").order_by("valid_from", "pk")
    rows = [
        (
            _day(one.valid_from),
            _day(one.valid_to),
            one.area.name,
            one.dwelling.address if one.dwelling else "",
            codes.label("population_kind", one.kind),
            codes.label("relation", one.relation),
        )
        for one in spells
    ]
    head = (_("From"), _("Until"), _("Grid"), _("Address"), _("Kind of population"), _("Relation to the head"))
    return Section(_("Where and how lived"), head, rows)


def _tags(person: Person) -> Section:
    rows = [
        (groups.label(one.kind, area_id=person.area_id), one.level, one.basis, _day(one.since), _day(one.until))
        for one in Tag.objects.filter(person=person).order_by("since", "pk")
    ]
    return Section(_("Special groups"), (_("Group"), _("Level"), _("Basis"), _("Since"), _("Until")), rows)


def _tenures(person: Person) -> Section:
    rows = [
        (one.dwelling.address, str(one.get_part_display()), _day(one.since), _day(one.until))
        for one in Tenure.objects.filter(person=person).select_related("dwelling").order_by("pk")
    ]
    return Section(_("Owned or rented"), (_("Address"), _("Part"), _("Since"), _("Until")), rows)


def _contacts(person: Person) -> Section:
    rows = [
        (str(one.get_kind_display()), one.name, one.relation, _day(one.since), _day(one.until))
        for one in contacts.of_person(person)[::-1]
    ]
    head = (_("Who it is"), _("Name"), _("Relation in words"), _("Since"), _("Until"))
    return Section(_("Related people"), head, rows)


def _named_beside(person: Person) -> Section:
    """Where the person is named beside others: of them the name alone."""
    rows = [
        (str(one.get_kind_display()), one.person.name, _day(one.since), _day(one.until))
        for one in contacts.naming(person)
    ]
    return Section(_("Named beside others"), (_("As"), _("Of whom"), _("Since"), _("Until")), rows)


def _events(person: Person) -> Section:
    rows = [
        (_day(one.happened_on), str(one.get_kind_display()), one.reason, _moment(one.reported_at))
        for one in PopulationEvent.objects.filter(person=person).order_by("pk")
        if one.undone_at is None
    ]
    return Section(_("Population events"), (_("Happened on"), _("Kind"), _("Reason"), _("Reported at")), rows)


def _changes(person: Person) -> Section:
    rows = [
        (
            _moment(one.at),
            label_of(one.field),
            words_of(one.field, vault.unseal(one.old_sealed, vault.CHANGE)),
            words_of(one.field, vault.unseal(one.new_sealed, vault.CHANGE)),
            one.reason,
        )
        for one in Change.objects.filter(person=person).order_by("pk")
    ]
    return Section(_("Changes"), (_("At"), _("Field"), _("Before"), _("After"), _("Reason")), rows)


def _corrections(person: Person) -> Section:
    rows = [
        (
            _moment(one.asked_at),
            "；".join(
                f"{label_of(name)}: {words_of(name, value)}"
                for name, value in fields.from_sealed_json(one.proposed_sealed).items()
            ),
            one.reason,
            str(one.get_state_display()),
            one.answer,
        )
        for one in Correction.objects.filter(person=person).order_by("pk")
    ]
    return Section(_("Corrections"), (_("Asked at"), _("Asked for"), _("Reason"), _("State"), _("Answer")), rows)


def _requests(person: Person) -> Section:
    rows = [
        (_moment(one.asked_at), str(one.get_kind_display()), one.text, str(one.get_state_display()), one.answer)
        for one in SubjectRequest.objects.filter(person=person).order_by("pk")
    ]
    return Section(
        _("Requests about one's own data"),
        (_("Asked at"), _("Asks for"), _("Request"), _("State"), _("Answer")),
        rows,
    )


def _unread(person: Person) -> Section:
    cells = UnreadCell.objects.open().filter(person=person).select_related("batch").order_by("pk")
    rows = [(one.heading or one.field, vault.unseal(one.text_sealed, vault.UNREAD)) for one in cells if one.text_sealed]
    return Section(_("What sheets said and nobody could read"), (_("Column"), _("Text")), rows)


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _moment(at: datetime) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"


def as_data(sections: Iterable[Section]) -> dict[str, list[dict[str, str]]]:
    """The document for machines: section → rows, each column by its name."""
    return {one.title: [dict(zip(one.head, row, strict=True)) for row in one.rows] for one in sections}

"""The items of a draft: put in place as a whole, or one by one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.models import Unit
from linli.lib.chinese import clip, tidy
from linli.lib.errors import Invalid, Stale
from linli.spine.catalogue import specimen
from linli.spine.catalogue.actions.drafts import locked_draft, note_step
from linli.spine.catalogue.models import Basis, Category, ListStep, Matter, MatterList
from linli.spine.catalogue.queries import CHECKED_KINDS

MOST_ITEMS: Final = 5_000
LONGEST: Final[Mapping[str, int]] = {
    "code": 60,
    "name": 120,
    "told": 400,
    "does": 500,
    "does_not": 500,
    "guarantees": 500,
    "specimen": 1000,
    "category": 80,
}
#: Of a promised term, in its unit; and the fewest characters that a certificate can say.
LONGEST_TERM: Final = 365
SHORTEST_SPECIMEN: Final = 6
DAYS: Final = ("valid_from", "valid_to", "suspended_since")


@dataclass(frozen=True, kw_only=True)
class ItemGiven:
    """An item as it was typed or read from a sheet; `bases` in the order in which they are shown.

    The days belong to items that were admitted to a list in force, or taken out of it (`actions.admitted`).
    """

    code: str
    name: str
    category: str = ""
    told: str = ""
    does: str = ""
    does_not: str = ""
    guarantees: str = ""
    specimen: str = ""
    promised_amount: int = 0
    promised_unit: str = Matter.TermUnit.WORKING_DAYS
    lead: str = Matter.Lead.COMMUNITY
    lead_unit_id: int | None = None
    bases: Sequence[Mapping[str, Any]] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    suspended_since: date | None = None


@transaction.atomic
def set_items(*, by: Actor, matter_list: MatterList, items: Sequence[ItemGiven], now: datetime, note: str = "") -> int:
    """Put these items in place of all that the draft holds; nothing changes when one of them cannot be.

    Admission, suspension and end of an item stay with its code. An item that was admitted stays even when it is not
    among these: it is taken out by hand, never by a sheet that was written before. Returns how many were given.
    Raises NotAllowed, Stale (not a draft), Invalid (a sentence for each item, by its place: "3.name").
    """
    locked = locked_draft(by, matter_list)
    errors = _item_errors(items, locked)
    if errors:
        raise Invalid(fields=errors)
    days, admitted = _days_by_code(locked), _admitted_beside(locked, items)
    Basis.objects.filter(matter__matter_list=locked).delete()
    Matter.objects.filter(matter_list=locked).delete()
    Category.objects.filter(matter_list=locked).delete()
    write(locked, [*(replace(one, **days.get(tidy(one.code), {})) for one in items), *admitted])
    if note and admitted:
        names = "、".join(f"{one.code} {one.name}" for one in admitted)
        note = _("%(note)s; admitted and kept: %(items)s") % {"note": note, "items": names}
    if note:
        note_step(locked, ListStep.Step.IMPORTED, by, now, note)
    return len(items)


@transaction.atomic
def save_item(*, by: Actor, matter_list: MatterList, given: ItemGiven, item_id: int | None = None) -> Matter:
    """Add an item to a draft, or change one of it. Raises NotAllowed, Stale, Invalid (by field).

    The number of an item that people know already is not changed: by it, it is the same item in all versions.
    """
    locked = locked_draft(by, matter_list)
    item = locked.matters.filter(pk=item_id).first() if item_id is not None else None
    if item_id is not None and item is None:
        raise Stale(_("This item is not in the draft any more."))
    errors = {field.partition(".")[2]: text for field, text in _item_errors([given], locked).items()}
    if locked.matters.filter(code=tidy(given.code)).exclude(pk=item_id or 0).exists():
        errors["code"] = _("Another item has this code.")
    if item is not None and tidy(given.code) != item.code and _is_known(locked, item):
        text = _("This item keeps its number %(code)s: by it, applications, agreements and tasks know it.")
        errors["code"] = text % {"code": item.code}
    if item is None and locked.matters.count() >= MOST_ITEMS:
        errors["code"] = _("A list holds at most %(n)s items.") % {"n": MOST_ITEMS}
    if errors:
        raise Invalid(fields=errors)
    if item is not None:
        given = replace(given, **{day: getattr(item, day) for day in DAYS})
    else:
        given = replace(given, **_days_by_code(locked).get(tidy(given.code), {}))
        last = locked.matters.order_by("-position").values_list("position", flat=True).first()
        item = Matter(matter_list=locked, position=0 if last is None else last + 1)
    fill(item, given, category(locked, given.category))
    item.save()
    item.bases.all().delete()
    Basis.objects.bulk_create(bases(item, given))
    _sweep_categories(locked)
    return item


def _is_known(draft: MatterList, item: Matter) -> bool:
    """Whether an item of a draft was admitted, or has been published with an earlier version."""
    item.matter_list = draft
    earlier = Matter.objects.same_item(item).filter(matter_list__status=MatterList.Status.PUBLISHED)
    return item.valid_from is not None or earlier.exists()


@transaction.atomic
def remove_item(*, by: Actor, matter_list: MatterList, item_id: int) -> None:
    """Take an item out of a draft. Raises NotAllowed, Stale."""
    locked = locked_draft(by, matter_list)
    Basis.objects.filter(matter__matter_list=locked, matter_id=item_id).delete()
    gone, _rows = Matter.objects.filter(matter_list=locked, pk=item_id).delete()
    if not gone:
        raise Stale(_("This item is not in the draft any more."))
    _sweep_categories(locked)


def _days_by_code(draft: MatterList) -> dict[str, dict[str, Any]]:
    """The days of the items of a draft by their codes; of those that it does not hold, the days in the version before.

    What ended before the draft begins is not the same item any more: its number is free.
    """
    versions = MatterList.objects.filter(area_id=draft.area_id, code=draft.code, version__lt=draft.version)
    before = versions.filter(status=MatterList.Status.PUBLISHED).order_by("-version")[:1]
    going_on = Q(valid_to__isnull=True) | Q(valid_to__gte=draft.valid_from)
    found: dict[str, dict[str, Any]] = {}
    for rows in (Matter.objects.filter(going_on, matter_list__in=list(before)), draft.matters.all()):
        found |= {code: dict(zip(DAYS, days, strict=True)) for code, *days in rows.values_list("code", *DAYS)}
    return found


def _admitted_beside(draft: MatterList, items: Sequence[ItemGiven]) -> list[ItemGiven]:
    """What was admitted into a draft and is not among these items."""
    rows = draft.matters.filter(valid_from__isnull=False).select_related("category").prefetch_related("bases")
    given = {tidy(one.code) for one in items}
    return [as_given(row) for row in rows.order_by("position", "pk") if row.code not in given]


def _item_errors(items: Sequence[ItemGiven], matter_list: MatterList) -> dict[str, object]:
    """A sentence for each field that cannot be, by "place.field"; places count from 1."""
    errors: dict[str, object] = {}
    if len(items) > MOST_ITEMS:
        errors["0.code"] = _("A list holds at most %(n)s items.") % {"n": MOST_ITEMS}
    units = set(
        Unit.objects.filter(pk__in={one.lead_unit_id for one in items if one.lead_unit_id}).values_list("pk", flat=True)
    )
    seen: set[str] = set()
    for place, one in enumerate(items, start=1):
        code = tidy(one.code)
        if not code:
            errors[f"{place}.code"] = _("Every item has a code, for example 1.2.")
        elif code in seen:
            errors[f"{place}.code"] = _("Another item has this code.")
        seen.add(code)
        if len(tidy(one.name)) < 2:
            errors[f"{place}.name"] = _("Every item has a name.")
        for field, most in LONGEST.items():
            if len(getattr(one, field)) > most:
                errors[f"{place}.{field}"] = _("At most %(n)s characters.") % {"n": most}
        if one.lead not in Matter.Lead.values:
            errors[f"{place}.lead"] = _("Choose who leads.")
        elif (one.lead == Matter.Lead.DEPARTMENT) != (one.lead_unit_id in units):
            errors[f"{place}.lead_unit"] = _("Name the department that leads; the community and the street need none.")
        errors.update(_basis_errors(place, one, matter_list))
        errors.update(_term_errors(place, one, matter_list))
    return errors


def _term_errors(place: int, one: ItemGiven, matter_list: MatterList) -> dict[str, object]:
    errors: dict[str, object] = {}
    if not 0 <= one.promised_amount <= LONGEST_TERM or one.promised_unit not in Matter.TermUnit.values:
        errors[f"{place}.promised_amount"] = _("Write the term as a number from 0 to %(n)s.") % {"n": LONGEST_TERM}
    odd = specimen.unknown(one.specimen)
    if odd:
        values = {"odd": "、".join(odd)[:60], "known": "".join(f"{{{name}}}" for name in specimen.PLACES)}
        errors[f"{place}.specimen"] = _("Nothing fills %(odd)s. Known are %(known)s.") % values
    elif matter_list.kind == MatterList.Kind.CERTIFICATE and len(tidy(one.specimen)) < SHORTEST_SPECIMEN:
        errors[f"{place}.specimen"] = _("Write how the certificate reads.")
    return errors


def _basis_errors(place: int, one: ItemGiven, matter_list: MatterList) -> dict[str, object]:
    errors: dict[str, object] = {}
    if matter_list.kind in CHECKED_KINDS and not one.bases:
        errors[f"{place}.bases"] = _("Every item of this list names its law or document.")
    for given in one.bases:
        if len(tidy(str(given.get("title", "")))) < 2:
            errors[f"{place}.bases"] = _("A basis needs the title of the law or document.")
        known = (
            (Basis.Form, given.get("form")),
            (Basis.Issuer, given.get("issuer")),
            (Basis.Level, given.get("level")),
        )
        if any(value not in choices.values for choices, value in known):
            errors[f"{place}.bases"] = _("Say for every basis what it is, who issued it, and for what level.")
        if not _is_page(tidy(str(given.get("link", "")))):
            errors[f"{place}.bases"] = _("The link of a basis is the address of a page: http://… or https://…")
    return errors


def _is_page(link: str) -> bool:
    """Whether a link may be pressed: an address of the web, or none. Sheets bring anything."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    return not link or (parts.scheme in ("http", "https") and bool(parts.netloc))


def write(matter_list: MatterList, items: Sequence[ItemGiven]) -> None:
    """Write the items of an empty draft: three statements, however many there are."""
    names = dict.fromkeys(name for one in items if (name := clip(tidy(one.category), 80)))
    made = Category.objects.bulk_create(
        Category(matter_list=matter_list, position=at, name=name) for at, name in enumerate(names)
    )
    by_name = {category.name: category for category in made}
    rows = []
    for at, one in enumerate(items):
        row = Matter(matter_list=matter_list, position=at)
        fill(row, one, by_name.get(clip(tidy(one.category), 80)))
        rows.append(row)
    Matter.objects.bulk_create(rows)
    Basis.objects.bulk_create(basis for row, one in zip(rows, items, strict=True) for basis in bases(row, one))


def fill(row: Matter, given: ItemGiven, heading: Category | None) -> None:
    """Put what was given into a row; the row is not saved."""
    row.category = heading
    row.promised_amount, row.promised_unit = given.promised_amount, given.promised_unit
    for field in ("code", "name", "told", "does", "does_not", "guarantees", "specimen"):
        setattr(row, field, clip(tidy(getattr(given, field)), LONGEST[field]))
    for day in DAYS:
        setattr(row, day, getattr(given, day))
    row.lead = given.lead
    row.lead_unit_id = given.lead_unit_id if given.lead == Matter.Lead.DEPARTMENT else None
    named = (f"《{one['title']}》{one.get('number', '')}{one.get('article', '')}" for one in given.bases)
    row.basis = clip("；".join(named), 300)


def bases(row: Matter, given: ItemGiven) -> list[Basis]:
    """The laws and documents of an item, not saved yet."""
    return [
        Basis(
            matter=row,
            position=at,
            form=one["form"],
            issuer=one["issuer"],
            level=one["level"],
            issuer_name=clip(tidy(str(one.get("issuer_name", ""))), 120),
            title=clip(tidy(str(one["title"])), 200),
            number=clip(tidy(str(one.get("number", ""))), 80),
            article=clip(tidy(str(one.get("article", ""))), 80),
            link=clip(tidy(str(one.get("link", ""))), 300),
            file_id=one.get("file_id"),
            valid_from=one.get("valid_from"),
            valid_to=one.get("valid_to"),
        )
        for at, one in enumerate(given.bases)
    ]


def as_given(item: Matter) -> ItemGiven:
    """An item of another version, as if it had been typed."""
    named = ("form", "issuer", "level", "issuer_name", "title", "number", "article", "link")
    return ItemGiven(
        code=item.code,
        name=item.name,
        category=item.category.name if item.category else "",
        told=item.told,
        does=item.does,
        does_not=item.does_not,
        guarantees=item.guarantees,
        specimen=item.specimen,
        promised_amount=item.promised_amount,
        promised_unit=item.promised_unit,
        lead=item.lead,
        lead_unit_id=item.lead_unit_id,
        valid_from=item.valid_from,
        valid_to=item.valid_to,
        suspended_since=item.suspended_since,
        bases=[
            {name: getattr(row, name) for name in (*named, "file_id", "valid_from", "valid_to")}
            for row in item.bases.all()
        ],
    )


def category(matter_list: MatterList, name: str) -> Category | None:
    """The heading with this name, made if it is new; None without a name."""
    text = clip(tidy(name), 80)
    if not text:
        return None
    last = matter_list.categories.order_by("-position").values_list("position", flat=True).first()
    found, _made = Category.objects.get_or_create(
        matter_list=matter_list, name=text, defaults={"position": 0 if last is None else last + 1}
    )
    return found


def _sweep_categories(matter_list: MatterList) -> None:
    matter_list.categories.filter(matters__isnull=True).delete()

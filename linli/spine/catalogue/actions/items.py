"""The items of a draft: put in place as a whole, or one by one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.models import Unit
from linli.foundation.areas.models import Area
from linli.foundation.rules import queries as rules
from linli.lib.chinese import clip, fold, tidy
from linli.lib.errors import Invalid, Stale
from linli.lib.prefix import within
from linli.spine.catalogue import citation, specimen
from linli.spine.catalogue.actions.drafts import locked_draft, note_step
from linli.spine.catalogue.models import Basis, Category, Form, ListStep, Matter, MatterList
from linli.spine.catalogue.queries import CHECKED_KINDS

MOST_ITEMS: Final = 5_000
RULES: Final = "admission.citation"
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
#: What admission, suspension and end decide about an item; no draft and no sheet does.
DECIDED: Final = ("valid_from", "valid_to", "suspended_since", "overridden", "conditions")
#: What may be handed down under an item. The list says it; of an item that was admitted, its admission.
SCOPE: Final = ("carries", "area_id", "asked_by_id")


@dataclass(frozen=True, kw_only=True)
class ItemGiven:
    """An item as it was typed or read from a sheet; `bases` in the order in which they are shown.

    `identity` says which item of an earlier version it is; without one it is known by its name and basis, or new.
    `carries`, `area_id` and `asked_by_id` None: as they were. `area_id` "": wherever the list holds; `asked_by_id` 0:
    no unit is named. The days, and what was set aside, belong to items that were admitted to a list in force or taken
    out of it (`actions.admitted`).
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
    identity: UUID | None = None
    carries: Sequence[str] | None = None
    area_id: str | None = None
    asked_by_id: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    suspended_since: date | None = None
    overridden: Sequence[str] = ()
    conditions: str = ""


@transaction.atomic
def set_items(*, by: Actor, matter_list: MatterList, items: Sequence[ItemGiven], now: datetime, note: str = "") -> int:
    """Put these items in place of all that the draft holds; nothing changes when one of them cannot be.

    Admission, suspension and end stay with the item itself, whatever number it bears now (`settled`). An item that was
    admitted stays even when it is not among these: it is taken out by hand, never by a sheet that was written before.
    Returns how many were given.
    Raises NotAllowed, Stale (not a draft), Invalid (a sentence for each item, by its place: "3.name").
    """
    locked = locked_draft(by, matter_list)
    known = settled(items, locked)
    admitted = _admitted_beside(locked, known)
    errors = _item_errors(items, locked) | _taken_errors(known, admitted)
    if errors:
        raise Invalid(fields=errors)
    Basis.objects.filter(matter__matter_list=locked).delete()
    Matter.objects.filter(matter_list=locked).delete()
    Category.objects.filter(matter_list=locked).delete()
    write(locked, [*known, *admitted])
    if note and admitted:
        names = "、".join(f"{one.code} {one.name}" for one in admitted)
        note = _("%(note)s; admitted and kept: %(items)s") % {"note": note, "items": names}
    if note:
        note_step(locked, ListStep.Step.IMPORTED, by, now, note)
    return len(items)


@transaction.atomic
def save_item(*, by: Actor, matter_list: MatterList, given: ItemGiven, item_id: int | None = None) -> Matter:
    """Add an item to a draft, or change one of it. Raises NotAllowed, Stale, Invalid (by field).

    Its number may change: it stays the same item. One that comes back after it was taken out is the same one, too.
    """
    locked = locked_draft(by, matter_list)
    item = locked.matters.filter(pk=item_id).first() if item_id is not None else None
    if item_id is not None and item is None:
        raise Stale(_("This item is not in the draft any more."))
    errors = {field.partition(".")[2]: text for field, text in _item_errors([given], locked).items()}
    if locked.matters.filter(code=tidy(given.code)).exclude(pk=item_id or 0).exists():
        errors["code"] = _("Another item has this code.")
    if item is None and locked.matters.count() >= MOST_ITEMS:
        errors["code"] = _("A list holds at most %(n)s items.") % {"n": MOST_ITEMS}
    if errors:
        raise Invalid(fields=errors)
    if item is not None:
        given = _with_decided(replace(given, identity=item.identity), item)
    else:
        (given,) = settled([given], locked, beside=True)
        last = locked.matters.order_by("-position").values_list("position", flat=True).first()
        item = Matter(matter_list=locked, position=0 if last is None else last + 1)
    fill(item, given, category(locked, given.category))
    item.save()
    item.bases.all().delete()
    Basis.objects.bulk_create(bases(item, given))
    _sweep_categories(locked)
    return item


@transaction.atomic
def remove_item(*, by: Actor, matter_list: MatterList, item_id: int) -> None:
    """Take an item out of a draft. Raises NotAllowed, Stale."""
    locked = locked_draft(by, matter_list)
    Basis.objects.filter(matter__matter_list=locked, matter_id=item_id).delete()
    gone, _rows = Matter.objects.filter(matter_list=locked, pk=item_id).delete()
    if not gone:
        raise Stale(_("This item is not in the draft any more."))
    _sweep_categories(locked)


def settled(items: Sequence[ItemGiven], draft: MatterList, *, beside: bool = False) -> list[ItemGiven]:
    """These items as what they are: the same as before, with all that was decided about it, or new. Three statements.

    An item is known by its identity, then by its name and a law or document that it has in common; never by its number
    alone, which may have gone to another. Known are the items of the draft (unless these come `beside` them) and of the
    version in force before it; what ended before the draft begins is not the same item any more.
    """
    versions = MatterList.objects.filter(area_id=draft.area_id, code=draft.code)
    before = versions.filter(status=MatterList.Status.PUBLISHED, version__lt=draft.version).order_by("-version")[:1]
    going_on = Q(valid_to__isnull=True) | Q(valid_to__gte=draft.valid_from)
    rows = Matter.objects.filter(going_on & Q(matter_list__in=list(before)) | Q(matter_list=draft))
    known: dict[UUID, Matter] = {}
    # What stands in the draft says more than the version before it.
    for row in rows.prefetch_related("bases").order_by("matter_list__version", "position", "pk"):
        known[row.identity] = row
    taken = {row.identity for row in known.values() if beside and row.matter_list_id == draft.pk}
    theirs = {one.identity for one in items if one.identity is not None}
    named = set(Matter.objects.filter(matter_list__in=versions, identity__in=theirs).values_list("identity", flat=True))
    taken |= named
    by_name: dict[str, list[Matter]] = {}
    for row in known.values():
        by_name.setdefault(fold(row.name), []).append(row)
    found = []
    for one in items:
        # The identity of an item of another list, or of none, says nothing here.
        identity = one.identity if one.identity in named else None
        if identity is None:
            twins = (row for row in by_name.get(fold(one.name), ()) if row.identity not in taken)
            identity = next((row.identity for row in twins if _shares_basis(one, row)), None) or uuid4()
            taken.add(identity)
        one = replace(one, identity=identity)
        found.append(_with_decided(one, known[identity]) if identity in known else one)
    return found


def _shares_basis(given: ItemGiven, row: Matter) -> bool:
    titles = {fold(str(one.get("title", ""))) for one in given.bases}
    before = {fold(one.title) for one in row.bases.all()}
    return bool(titles & before) or not (titles or before)


def _with_decided(given: ItemGiven, row: Matter) -> ItemGiven:
    """What was typed, with what was decided about the item before."""
    kept: dict[str, Any] = {field: getattr(row, field) for field in DECIDED}
    kept |= {field: getattr(row, field) for field in SCOPE if row.is_admitted or getattr(given, field) is None}
    since = {_named(one): one.suspended_since for one in row.bases.all()}
    bases = [{"suspended_since": since.get(_named_given(one)), **one} for one in given.bases]
    return replace(given, **kept, bases=bases)


def _named(one: Basis) -> tuple[str, str, str]:
    return fold(one.title), fold(one.number), fold(one.article)


def _named_given(one: Mapping[str, Any]) -> tuple[str, str, str]:
    title, number, article = (fold(str(one.get(field, ""))) for field in ("title", "number", "article"))
    return title, number, article


def _admitted_beside(draft: MatterList, items: Sequence[ItemGiven]) -> list[ItemGiven]:
    """What was admitted into a draft and is not among these items."""
    rows = draft.matters.filter(valid_from__isnull=False).select_related("category").prefetch_related("bases")
    given = {one.identity for one in items}
    return [as_given(row) for row in rows.order_by("position", "pk") if row.identity not in given]


def _taken_errors(items: Sequence[ItemGiven], admitted: Sequence[ItemGiven]) -> dict[str, object]:
    """The same item twice, and numbers that items have which were admitted and stay."""
    errors: dict[str, object] = {}
    theirs = {one.code: one.name for one in admitted}
    seen: set[UUID | None] = set()
    for place, one in enumerate(items, start=1):
        if one.identity in seen:
            errors[f"{place}.identity"] = _(
                "This item stands here twice. Leave its mark empty where it is another one."
            )
        seen.add(one.identity)
        if tidy(one.code) in theirs:
            text = _("This number belongs to “%(item)s”, which was admitted and stays.")
            errors[f"{place}.code"] = text % {"item": theirs[tidy(one.code)]}
    return errors


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
    return errors | _scope_errors(items, matter_list)


def _scope_errors(items: Sequence[ItemGiven], matter_list: MatterList) -> dict[str, object]:
    """What cannot be of what the items carry, where they hold and who may ask for them. At most two statements."""
    units, areas = (
        set(rows.filter(**within(key, matter_list.area_id), pk__in=wanted).values_list("pk", flat=True))
        if wanted
        else set()
        for rows, key, wanted in (
            (Unit.objects.all(), "area_id", {one.asked_by_id for one in items if one.asked_by_id}),
            (Area.objects.all(), "id", {one.area_id for one in items if one.area_id}),
        )
    )
    allowed = duty_kinds(matter_list) if matter_list.kind == MatterList.Kind.DUTY else tuple(Form.values)
    errors: dict[str, object] = {}
    for place, one in enumerate(items, start=1):
        if any(kind not in allowed for kind in one.carries or ()):
            kinds = "、".join(str(Form(kind).label) for kind in allowed)
            errors[f"{place}.carries"] = _("Only this may be handed down under an item of this list: %(kinds)s.") % {
                "kinds": kinds
            }
        if one.area_id and one.area_id not in areas:
            errors[f"{place}.area_id"] = _("Choose a street or a community of the area of the list.")
        if one.asked_by_id and one.asked_by_id not in units:
            errors[f"{place}.asked_by"] = _("Choose a unit of the area of the list.")
    return errors


def duty_kinds(matter_list: MatterList) -> tuple[str, ...]:
    """The kinds of thing that a duty of the community's own may carry, on the day on which the list begins."""
    on = matter_list.valid_from
    own, widest = rules.params(RULES, matter_list.area_id, on), rules.national(RULES, on)
    return citation.carried([], matter_list.kind, own, widest)


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
    for field in DECIDED:
        setattr(row, field, getattr(given, field))
    row.overridden, row.carries = list(given.overridden), list(given.carries or ())
    row.identity = given.identity or row.identity
    everywhere = given.area_id == row.matter_list.area_id
    row.area_id = None if everywhere or not given.area_id else given.area_id
    row.asked_by_id = given.asked_by_id or None
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
            suspended_since=one.get("suspended_since"),
        )
        for at, one in enumerate(given.bases)
    ]


def as_given(item: Matter) -> ItemGiven:
    """An item of another version, as if it had been typed."""
    named = ("form", "issuer", "level", "issuer_name", "title", "number", "article", "link")
    beside = ("file_id", "valid_from", "valid_to", "suspended_since")
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
        identity=item.identity,
        **{field: getattr(item, field) for field in (*DECIDED, *SCOPE)},
        bases=[{name: getattr(row, name) for name in (*named, *beside)} for row in item.bases.all()],
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

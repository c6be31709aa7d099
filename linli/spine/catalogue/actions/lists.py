"""The life of a list: draft → legality check → approval → published, each by somebody else; and its items."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.models import Unit
from linli.foundation.accounts.roles import Permission
from linli.foundation.rules import queries as rules
from linli.lib.chinese import clip, tidy
from linli.lib.errors import Invalid, NotAllowed, Refusal, Stale
from linli.spine.catalogue import basis, queries, wording
from linli.spine.catalogue.models import Basis, Category, ListStep, Matter, MatterList

Kind, Status, Step = MatterList.Kind, MatterList.Status, ListStep.Step

DRAFTS: Final = (Status.DRAFT, Status.CHECKING, Status.APPROVING)
#: The kinds whose items need a legal basis of a certain height (`catalogue.basis.Sort`).
CHECKED_KINDS: Final = frozenset(basis.Sort)
MOST_ITEMS: Final = 5_000
LONGEST: Final[Mapping[str, int]] = {
    "code": 60,
    "name": 120,
    "told": 400,
    "does": 500,
    "does_not": 500,
    "guarantees": 500,
    "category": 80,
}
LEAST_NOTE: Final = 5
_MOVED: Final = gettext_lazy("Somebody else has moved this list meanwhile. Look at what is new, then decide again.")


class DraftExists(Refusal):
    """The next version of this list is being drafted already."""

    code = "draft_exists"


@dataclass(frozen=True, kw_only=True)
class ItemGiven:
    """An item as it was typed or read from a sheet; `bases` in the order in which they are shown."""

    code: str
    name: str
    category: str = ""
    told: str = ""
    does: str = ""
    does_not: str = ""
    guarantees: str = ""
    lead: str = Matter.Lead.COMMUNITY
    lead_unit_id: int | None = None
    bases: Sequence[Mapping[str, Any]] = ()


@transaction.atomic
def draft(
    *,
    by: Actor,
    area_id: str,
    kind: str,
    code: str,
    name: str,
    source: str,
    valid_from: date,
    now: datetime,
    aliases: Sequence[str] = (),
    is_example: bool = False,
) -> MatterList:
    """Begin a new list of an area. Raises NotAllowed, Invalid, DraftExists."""
    _may(by, Permission.CATALOGUE_MANAGE, area_id)
    given = {
        "code": clip(tidy(code), 60),
        "name": clip(tidy(name), 120),
        "source": clip(tidy(source), 300),
    }
    errors: dict[str, object] = {}
    if kind not in Kind.values:
        errors["kind"] = _("Choose what kind of list it is.")
    for field, text in given.items():
        if len(text) < 2:
            errors[field] = _("Fill this in.")
    if valid_from < timezone.localdate(now):
        errors["valid_from"] = _("A list cannot begin in the past: tasks began under the one in force then.")
    if errors:
        raise Invalid(fields=errors)
    last = MatterList.objects.filter(area_id=area_id, code=given["code"]).order_by("-version").first()
    try:
        with transaction.atomic():
            made = MatterList.objects.create(
                **given,
                area_id=area_id,
                kind=kind,
                version=last.version + 1 if last else 1,
                aliases=_names(aliases),
                valid_from=valid_from,
                is_example=is_example,
                drafted_by_id=by.user_id,
            )
    except IntegrityError:
        raise DraftExists(_("The next version of this list is being drafted already.")) from None
    _note(made, Step.DRAFTED, by, now)
    return made


@transaction.atomic
def set_head(
    *,
    by: Actor,
    matter_list: MatterList,
    name: str,
    source: str,
    valid_from: date,
    now: datetime,
    aliases: Sequence[str] = (),
    is_example: bool = False,
) -> MatterList:
    """Change what stands above the items of a draft. Raises NotAllowed, Stale, Invalid."""
    locked = _locked_draft(by, matter_list)
    given = {"name": clip(tidy(name), 120), "source": clip(tidy(source), 300)}
    errors: dict[str, object] = {field: _("Fill this in.") for field, text in given.items() if len(text) < 2}
    if valid_from < timezone.localdate(now):
        errors["valid_from"] = _("A list cannot begin in the past: tasks began under the one in force then.")
    if errors:
        raise Invalid(fields=errors)
    locked.name, locked.source, locked.valid_from = given["name"], given["source"], valid_from
    locked.aliases, locked.is_example = _names(aliases), is_example
    locked.save(update_fields=["name", "source", "valid_from", "aliases", "is_example"])
    return locked


@transaction.atomic
def next_version(*, by: Actor, matter_list: MatterList, valid_from: date, now: datetime) -> MatterList:
    """A draft with everything that a published list holds, to be changed. Raises as `draft`, and Stale."""
    if matter_list.status != Status.PUBLISHED:
        raise Stale(_("Only a published list has a next version."))
    made = draft(
        by=by,
        area_id=matter_list.area_id,
        kind=matter_list.kind,
        code=matter_list.code,
        name=matter_list.name,
        source=matter_list.source,
        aliases=matter_list.aliases,
        is_example=matter_list.is_example,
        valid_from=valid_from,
        now=now,
    )
    items = matter_list.matters.select_related("category").prefetch_related("bases").order_by("position", "pk")
    _write(made, [_as_given(item) for item in items])
    return made


@transaction.atomic
def set_items(*, by: Actor, matter_list: MatterList, items: Sequence[ItemGiven], now: datetime, note: str = "") -> int:
    """Put these items in place of all that the draft holds. Nothing is kept when one of them cannot be.

    Raises NotAllowed, Stale (not a draft), Invalid (a sentence for each item, by its place: "3.name").
    """
    locked = _locked_draft(by, matter_list)
    errors = _item_errors(items, locked)
    if errors:
        raise Invalid(fields=errors)
    Basis.objects.filter(matter__matter_list=locked).delete()
    Matter.objects.filter(matter_list=locked).delete()
    Category.objects.filter(matter_list=locked).delete()
    _write(locked, items)
    if note:
        _note(locked, Step.IMPORTED, by, now, note)
    return len(items)


@transaction.atomic
def save_item(*, by: Actor, matter_list: MatterList, given: ItemGiven, item_id: int | None = None) -> Matter:
    """Add an item to a draft, or change one of it. Raises NotAllowed, Stale, Invalid (by field)."""
    locked = _locked_draft(by, matter_list)
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
    if item is None:
        last = locked.matters.order_by("-position").values_list("position", flat=True).first()
        item = Matter(matter_list=locked, position=0 if last is None else last + 1)
    _fill(item, given, _category(locked, given.category))
    item.save()
    item.bases.all().delete()
    Basis.objects.bulk_create(_bases(item, given))
    _sweep_categories(locked)
    return item


@transaction.atomic
def remove_item(*, by: Actor, matter_list: MatterList, item_id: int) -> None:
    """Take an item out of a draft. Raises NotAllowed, Stale."""
    locked = _locked_draft(by, matter_list)
    Basis.objects.filter(matter__matter_list=locked, matter_id=item_id).delete()
    gone, _rows = Matter.objects.filter(matter_list=locked, pk=item_id).delete()
    if not gone:
        raise Stale(_("This item is not in the draft any more."))
    _sweep_categories(locked)


@transaction.atomic
def submit(*, by: Actor, matter_list: MatterList, now: datetime, note: str = "") -> MatterList:
    """Send a draft to the legality check. Raises NotAllowed, Stale, Invalid (empty, or begins in the past)."""
    locked = _locked_draft(by, matter_list)
    if not locked.matters.exists():
        raise Invalid(_("The list is empty. Add items, or take them from a sheet."))
    if locked.valid_from < timezone.localdate(now):
        raise Invalid(fields={"valid_from": _("A list cannot begin in the past: choose another day.")})
    # Whoever sends it in answers for the draft, whoever began it.
    locked.drafted_by_id, locked.checked_by_id, locked.approved_by_id = by.user_id, None, None
    return _turn(locked, Status.CHECKING, Step.SUBMITTED, by, now, note)


@transaction.atomic
def pass_check(*, by: Actor, matter_list: MatterList, now: datetime, note: str = "") -> MatterList:
    """The legality check found nothing against the list, or says in `note` why what the rules object to may stand.

    Raises NotAllowed (no right, or drafted it), Stale, Invalid (rules object and nothing is said).
    """
    locked = _locked(by, matter_list, Permission.CATALOGUE_CHECK, Status.CHECKING)
    _another(by, locked.drafted_by_id)
    note = clip(tidy(note), 500)
    if len(note) < LEAST_NOTE and any(not verdict.ok or hits for _item, verdict, hits in judged(locked, now)):
        text = _("The rules object to some items. Say why they may stand all the same, or return the list.")
        raise Invalid(fields={"note": text})
    locked.checked_by_id = by.user_id
    return _turn(locked, Status.APPROVING, Step.CHECKED, by, now, note)


@transaction.atomic
def send_back(*, by: Actor, matter_list: MatterList, now: datetime, note: str) -> MatterList:
    """Return a list to its drafters, and say what must change. Raises NotAllowed, Stale, Invalid (nothing said)."""
    locked = MatterList.objects.select_for_update().get(pk=matter_list.pk)
    checking = locked.status == Status.CHECKING
    _may(by, Permission.CATALOGUE_CHECK if checking else Permission.CATALOGUE_APPROVE, locked.area_id)
    if not checking and locked.status != Status.APPROVING:
        raise Stale(_MOVED)
    if len(tidy(note)) < LEAST_NOTE:
        raise Invalid(fields={"note": _("Say what must change, so that they know what to do.")})
    locked.checked_by_id = None
    return _turn(locked, Status.DRAFT, Step.RETURNED, by, now, note)


@transaction.atomic
def approve(*, by: Actor, matter_list: MatterList, now: datetime, note: str = "") -> MatterList:
    """Approve a list that passed the check, and publish it. The version before ends the day before it begins.

    Running cases keep the items that they began under. Raises NotAllowed (drafted or checked it), Stale, Invalid.
    """
    locked = _locked(by, matter_list, Permission.CATALOGUE_APPROVE, Status.APPROVING)
    _another(by, locked.drafted_by_id, locked.checked_by_id)
    if locked.valid_from < timezone.localdate(now):
        raise Invalid(_("The day on which it was to begin is over. Return it, so that another day is chosen."))
    locked.approved_by_id = by.user_id
    locked.save(update_fields=["approved_by"])
    put_in_force(locked)
    _note(locked, Step.PUBLISHED, by, now, note)
    return locked


@transaction.atomic
def give_up(*, by: Actor, matter_list: MatterList, now: datetime, note: str) -> MatterList:
    """Give up a draft, or end a published list with today. Raises NotAllowed, Stale, Invalid (no reason)."""
    locked = _locked(by, matter_list, Permission.CATALOGUE_MANAGE, Status.DRAFT, Status.PUBLISHED)
    if len(tidy(note)) < LEAST_NOTE:
        raise Invalid(fields={"note": _("Say why.")})
    today = timezone.localdate(now)
    if locked.status == Status.DRAFT or locked.valid_from > today:
        return _turn(locked, Status.RETIRED, Step.RETIRED, by, now, note)
    if locked.valid_to is not None and locked.valid_to <= today:
        raise Stale(_("This version has ended already."))
    # It stays published: tasks that began under it cite it, and people look it up.
    locked.valid_to = today
    locked.save(update_fields=["valid_to"])
    _note(locked, Step.RETIRED, by, now, note)
    queries.forget()
    return locked


def put_in_force(locked: MatterList) -> None:
    """Publish a locked list: the version before it ends the day before this one begins. Versions never overlap.

    Raises Invalid when a version that begins later or on the same day is published already.
    """
    versions = MatterList.objects.select_for_update().filter(
        area_id=locked.area_id, code=locked.code, status=Status.PUBLISHED
    )
    for other in versions:
        if other.valid_from >= locked.valid_from:
            raise Invalid(_("A version of this list that begins later or on the same day is already published."))
        if other.valid_to is None or other.valid_to >= locked.valid_from:
            other.valid_to = locked.valid_from - timedelta(days=1)
            other.save(update_fields=["valid_to"])
    locked.status = Status.PUBLISHED
    locked.save(update_fields=["status"])
    queries.forget()


def judged(matter_list: MatterList, now: datetime) -> list[tuple[Matter, basis.Verdict, list[wording.Hit]]]:
    """What the rules say to each item on the day the list begins: its basis, and prohibited wording. Two statements."""
    on = max(matter_list.valid_from, timezone.localdate(now))
    heights = rules.params("admission.basis", matter_list.area_id, on)
    words = rules.params("admission.prohibited", matter_list.area_id, on)
    items = matter_list.matters.select_related("category").prefetch_related("bases").order_by("position", "pk")
    found = []
    for item in items:
        verdict = basis.Verdict(())
        hits: list[wording.Hit] = []
        if matter_list.kind in CHECKED_KINDS:
            documents = [row.document for row in item.bases.all()]
            verdict = basis.check(sort=matter_list.kind, documents=documents, rules=heights, on=on)
            hits = wording.prohibited([item.name, item.does, item.told], words)
        found.append((item, verdict, hits))
    return found


def _may(by: Actor, right: Permission, area_id: str) -> None:
    if not by.can(right) or not by.covers(area_id):
        raise NotAllowed(_("Your post does not include this step of the lists of this area."))


def _another(by: Actor, *others: int | None) -> None:
    if by.user_id is None or by.user_id in others:
        raise NotAllowed(_("Whoever drafted or checked a list does not decide on it. A colleague does."))


def _locked(by: Actor, matter_list: MatterList, right: Permission, *states: str) -> MatterList:
    _may(by, right, matter_list.area_id)
    locked = MatterList.objects.select_for_update().get(pk=matter_list.pk)
    if locked.status not in states:
        raise Stale(_MOVED)
    return locked


def _locked_draft(by: Actor, matter_list: MatterList) -> MatterList:
    return _locked(by, matter_list, Permission.CATALOGUE_MANAGE, Status.DRAFT)


def _turn(locked: MatterList, to: str, step: str, by: Actor, now: datetime, note: str) -> MatterList:
    locked.status = to
    locked.save(update_fields=["status", "drafted_by", "checked_by", "approved_by"])
    _note(locked, step, by, now, note)
    return locked


def _note(matter_list: MatterList, step: str, by: Actor, now: datetime, note: str = "") -> None:
    ListStep.objects.create(
        matter_list=matter_list,
        step=step,
        at=now,
        by_id=by.user_id,
        post_id=by.post_id,
        note=clip(tidy(note), 500),
    )


def _names(aliases: Sequence[str]) -> list[str]:
    return [name for one in aliases if (name := clip(tidy(one), 60))][:10]


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
    return errors


def _write(matter_list: MatterList, items: Sequence[ItemGiven]) -> None:
    """Write the items of an empty draft: three statements, however many there are."""
    names = dict.fromkeys(name for one in items if (name := clip(tidy(one.category), 80)))
    made = Category.objects.bulk_create(
        Category(matter_list=matter_list, position=at, name=name) for at, name in enumerate(names)
    )
    by_name = {category.name: category for category in made}
    rows = []
    for at, one in enumerate(items):
        row = Matter(matter_list=matter_list, position=at)
        _fill(row, one, by_name.get(clip(tidy(one.category), 80)))
        rows.append(row)
    Matter.objects.bulk_create(rows)
    Basis.objects.bulk_create(basis for row, one in zip(rows, items, strict=True) for basis in _bases(row, one))


def _fill(row: Matter, given: ItemGiven, category: Category | None) -> None:
    row.category = category
    for field in ("code", "name", "told", "does", "does_not", "guarantees"):
        setattr(row, field, clip(tidy(getattr(given, field)), LONGEST[field]))
    row.lead = given.lead
    row.lead_unit_id = given.lead_unit_id if given.lead == Matter.Lead.DEPARTMENT else None
    named = (f"《{one['title']}》{one.get('number', '')}{one.get('article', '')}" for one in given.bases)
    row.basis = clip("；".join(named), 300)


def _bases(row: Matter, given: ItemGiven) -> list[Basis]:
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


def _as_given(item: Matter) -> ItemGiven:
    named = ("form", "issuer", "level", "issuer_name", "title", "number", "article", "link")
    return ItemGiven(
        code=item.code,
        name=item.name,
        category=item.category.name if item.category else "",
        told=item.told,
        does=item.does,
        does_not=item.does_not,
        guarantees=item.guarantees,
        lead=item.lead,
        lead_unit_id=item.lead_unit_id,
        bases=[
            {name: getattr(row, name) for name in (*named, "file_id", "valid_from", "valid_to")}
            for row in item.bases.all()
        ],
    )


def _category(matter_list: MatterList, name: str) -> Category | None:
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

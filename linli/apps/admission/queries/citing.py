"""May this be handed down under this item? For each community, why not, or nothing where it may.

An item carries what it was admitted or drafted for, and no more: these kinds of thing, in this area, asked by this
unit, on a basis that stands on the day. What a task is called does not count, but what its words mean. One check for
the page, the action, what supervisors decide and what leaves with a form.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any, Final

from django.db.models import QuerySet

from linli.apps.admission import held
from linli.apps.admission.models import Agreement, Form, Handing
from linli.apps.admission.queries.judging import form_findings, prohibited
from linli.foundation.accounts.models import Unit
from linli.foundation.files.models import StoredFile
from linli.foundation.rules import queries as rules
from linli.lib.prefix import within
from linli.spine.catalogue import basis, citation, resting
from linli.spine.catalogue.basis import Finding
from linli.spine.catalogue.citation import DUTY
from linli.spine.catalogue.fit import Fit, fit
from linli.spine.catalogue.models import Matter, MatterList

RULES: Final = "admission.citation"
SORTS: Final = frozenset(sort.value for sort in basis.Sort)
#: Whoever may ask for a task may ask for less.
LESS: Final = frozenset({Form.ADVICE, Form.TRAINING, Form.NOTICE})


def _(text: str) -> str:
    """Marks a sentence for the catalogues; findings are translated where they are shown."""
    return text


@dataclass(frozen=True, kw_only=True)
class Cited:
    """A task as its sender writes it, and the item that it cites, with `matter_list` and `bases` loaded.

    `role`: of whoever hands it down; `with_form`: an empty form comes with it.
    """

    matter: Matter | None
    unit: Unit
    role: str
    form: str
    title: str
    text: str
    claimed: str = ""
    with_form: bool = False

    @property
    def texts(self) -> list[str]:
        """What says what is to be done."""
        return [self.title, self.text]


def of_handing(handing: Handing, matter: Matter | None, on: date) -> Cited:
    """What was handed down, under the item that it cites or another one. A statement or three."""
    files = [] if handing.form == Form.FORM else [row.file for row in handing.files.select_related("file")]
    return Cited(
        matter=matter,
        unit=handing.unit,
        role=handing.post.role,
        form=handing.form,
        title=handing.title,
        text=handing.text,
        claimed=handing.claimed,
        with_form=comes_with_form(handing.form, files, on),
    )


def loaded() -> QuerySet[Matter]:
    """Items with all that a citation is judged by. Two statements, when they are read."""
    rows = Matter.objects.select_related("matter_list", "lead_unit", "asked_by", "area")
    return rows.prefetch_related("bases")


def comes_with_form(form: str, files: Sequence[StoredFile], today: date) -> bool:
    """Whether a form to be filled in is attached to something that is called otherwise."""
    return form != Form.FORM and held.look(files, today) is not None


def objections(cited: Cited, area_ids: Sequence[str], on: date) -> dict[str, tuple[Finding, ...]]:
    """For each community: why no list allows this there. A statement for each district, however many communities."""
    found: dict[str, tuple[Finding, ...]] = {}
    # Rules may differ from district to district, and a city's department hands down to many.
    for district, some in groupby(sorted(area_ids), key=lambda area_id: area_id[:6]):
        found |= _in_district(cited, district, list(some), on)
    return found


def fit_of(cited: Cited, area_id: str, on: date) -> Fit | None:
    """How well the words of a task fit its item, by the rules of a place; None without an item."""
    if cited.matter is None:
        return None
    item = cited.matter
    own = (item.name, item.does, item.told)
    return fit(title=cited.title, text=cited.text, item=own, rules=_rules(area_id, on)["fit"])


def fits_badly(found: Fit | None, area_id: str, on: date) -> bool:
    """Whether so little fits that the sender must say why it belongs to the item all the same."""
    return found is not None and found.score < _rules(area_id, on)["fit"]["enough"]


def carried(matter: Matter, area_id: str, on: date) -> tuple[str, ...]:
    """The kinds of thing that may be handed down under an item at a place on a day. Needs `matter_list` loaded."""
    own, widest = _rules(area_id, on), rules.national(RULES, on)
    return citation.carried(matter.carries, matter.matter_list.kind, own, widest)


def _rules(area_id: str, on: date) -> Any:
    return rules.params(RULES, area_id, on)


def _in_district(cited: Cited, district: str, area_ids: Sequence[str], on: date) -> dict[str, tuple[Finding, ...]]:
    matter = cited.matter
    if matter is None:
        common = [Finding("not_in_list", False, _("No item of a list is cited."))]
        common += [one for one in prohibited(cited.texts, district, on) if not one.ok]
        common += [one for one in form_findings(cited.form, (), district, on, role=cited.role) if not one.ok]
        return dict.fromkeys(area_ids, tuple(common))
    common = [
        *_prohibited(cited, matter, district, on),
        *_of_item(matter, on),
        *_sender(cited, matter),
        *_kinds(cited, matter, district, on),
        *_form(cited, matter, district, on),
        *_words(cited, matter, district, on),
    ]
    found = {area_id: tuple(common) for area_id in area_ids}
    for area_id in area_ids:
        found[area_id] += tuple(_place(matter, area_id))
    rule = rules.params("admission.basis", district, on)["lists"].get(matter.matter_list.kind, {})
    if rule.get("agreement"):
        signed = _signed(matter, cited.unit, on, district)
        text = _("No agreement about money and conditions of this item is signed with this community.")
        for area_id in area_ids:
            if area_id not in signed:
                found[area_id] += (Finding("no_agreement", False, text, source=rule["agreement_source"]),)
    return found


def _prohibited(cited: Cited, matter: Matter, district: str, on: date) -> Iterable[Finding]:
    """What is prohibited by its words, without what was set aside for this item and no further."""
    passed = {code.partition(":")[2] for code in matter.overridden if code.startswith("prohibited:")}
    if "prohibited" in matter.overridden:
        # Admitted before the categories were kept: those that its own words fall under.
        own = prohibited((matter.name, matter.does), district, on, community_leads=True)
        passed |= {str(one.values.get("category", "")) for one in own}
    for one in prohibited(cited.texts, district, on):
        if not one.ok and one.values.get("category") not in passed:
            yield one


def _of_item(matter: Matter, on: date) -> Iterable[Finding]:
    held = matter.matter_list
    ended = held.valid_to is not None and held.valid_to < on
    current = held.status == MatterList.Status.PUBLISHED and held.valid_from <= on and not ended
    begun = matter.valid_from is None or matter.valid_from <= on
    if not current or not begun or (matter.valid_to is not None and matter.valid_to < on):
        yield Finding("not_in_list", False, _("This item is not in force on this day."))
    if held.kind not in SORTS:
        yield Finding("not_in_list", False, _("This list does not hold tasks for communities."))
    # Where the review let it pass without a basis in force, the document that it named stands in for one.
    elif not resting.stands(matter, on) and not {"basis", "in_force"} & set(matter.overridden):
        text = _("What “%(item)s” rests on is no longer in force or is suspended: it carries nothing.")
        yield Finding("basis_over", False, text, {"item": matter.name})
    if matter.suspended_since is not None and matter.suspended_since <= on:
        values = {"since": f"{matter.suspended_since:%Y-%m-%d}"}
        yield Finding("suspended", False, _("This item is suspended since %(since)s."), values)


def _sender(cited: Cited, matter: Matter) -> Iterable[Finding]:
    """The one unit that was admitted, that guides a duty, or that leads."""
    unit = cited.unit
    if matter.asked_by_id is not None:
        if matter.asked_by_id != unit.pk:
            text = _("Only %(unit)s may hand something down under this item.")
            yield Finding("wrong_sender", False, text, {"unit": matter.asked_by.name if matter.asked_by else ""})
        return
    if matter.matter_list.kind == DUTY:
        text = _("This is the community's own duty, and the list names no unit that may ask for anything under it.")
        yield Finding("wrong_sender", False, text)
        return
    other = matter.lead == Matter.Lead.DEPARTMENT and matter.lead_unit_id != unit.pk
    if other or (matter.lead == Matter.Lead.STREET and unit.kind != Unit.Kind.STREET_OFFICE):
        yield Finding("wrong_sender", False, _("Another unit leads this item and would have to hand it down."))


def _kinds(cited: Cited, matter: Matter, district: str, on: date) -> Iterable[Finding]:
    """What it is called, what its words mean, and what is attached must all be what the item carries."""
    kinds = set(carried(matter, district, on))
    if Form.TASK in kinds:
        kinds |= LESS
    values = {"item": matter.name, "form": cited.form, "kinds": " ".join(one for one in Form.values if one in kinds)}
    if cited.form not in kinds:
        text = _("“%(item)s” carries %(kinds)s, and no %(form)s.") if kinds else _("“%(item)s” carries nothing.")
        yield Finding("wrong_kind", False, text, values)
    own = _rules(district, on)
    for kind, words in citation.meant(cited.texts, own).items():
        if kind not in kinds and kind != cited.form:
            text = _(
                "By its words (%(words)s) this is: %(form)s. “%(item)s” does not carry that, whatever it is called."
            )
            yield Finding("relabelled", False, text, {**values, "form": kind, "words": "、".join(words)})
    if cited.with_form and Form.FORM not in kinds and cited.form != Form.FORM:
        text = _("A form to be filled in is attached, and “%(item)s” carries none.")
        yield Finding("wrong_kind", False, text, values)
    if matter.matter_list.kind == DUTY and (words := citation.targets(cited.texts, own)):
        text = _("A duty of the community's own has no targets: %(words)s")
        yield Finding("targets", False, text, {"words": "、".join(words)})


def _form(cited: Cited, matter: Matter, district: str, on: date) -> Iterable[Finding]:
    """Inspections and the like: a high basis and one organiser, unless just that was admitted (S2-21)."""
    # The joint review, which the one organiser leads, has looked at what was admitted as what it is.
    arranged = matter.is_admitted and cited.form in matter.carries
    # One document must carry both: the item onto its list, and this form.
    documents = [row.document for row in resting.counting(matter, on) if row.holds(on)]
    for one in form_findings(cited.form, documents, district, on, role=None if arranged else cited.role):
        if not one.ok and not (one.rule in matter.overridden and arranged):
            yield one


def _words(cited: Cited, matter: Matter, district: str, on: date) -> Iterable[Finding]:
    """Another document's number lends nothing; and what the item does not say at all is not under it."""
    own = [*(row.number for row in matter.bases.all()), matter.conditions]
    for number in citation.numbers([*cited.texts, cited.claimed]):
        if not citation.is_number_of(number, own[:-1]) and number not in matter.conditions:
            text = _("%(number)s is not what “%(item)s” rests on.")
            yield Finding("borrowed_number", False, text, {"number": number, "item": matter.name})
    found = fit_of(cited, district, on)
    assert found is not None
    # What a duty says is all that may be asked; of other items only what has nothing to do with them falls outside.
    least = _rules(district, on)["fit"]["enough" if matter.matter_list.kind == DUTY else "none"]
    if found.score < least:
        text = _("This is not what “%(item)s” says: %(score)s of 100 of it fits.")
        yield Finding("not_said", False, text, {"item": matter.name, "score": found.score})


def _place(matter: Matter, area_id: str) -> Iterable[Finding]:
    if not area_id.startswith(matter.matter_list.area_id):
        yield Finding("not_in_list", False, _("The list does not hold for this community."))
    elif matter.area_id is not None and not area_id.startswith(matter.area_id):
        text = _("“%(item)s” was admitted for %(area)s only.")
        yield Finding("wrong_area", False, text, {"item": matter.name, "area": matter.area.name if matter.area else ""})


def _signed(matter: Matter, unit: Unit, on: date, district: str) -> set[str]:
    rows = Agreement.objects.signed().filter(
        unit=unit, year=on.year, clauses__matter__identity=matter.identity, **within("area_id", district)
    )
    return set(rows.values_list("area_id", flat=True))

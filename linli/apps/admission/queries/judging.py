"""What the rules say to an application, and to a task that is to be handed down: a verdict with a reason per rule."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext

from linli.apps.admission.models import Application, Form, GuaranteeKind, Opinion
from linli.foundation.rules import queries as rules
from linli.spine.catalogue import basis, wording
from linli.spine.catalogue.basis import RANK, Document, Finding, Guarantees, Verdict
from linli.spine.catalogue.models import Matter, MatterList

#: What the communities have yet to say; it stops nothing before they were asked.
AGREEMENT: Final = "agreement"


def _(text: str) -> str:
    """Marks a sentence for the catalogues; findings are translated where they are shown."""
    return text


ALL_HELD: Final = _("Everything that this form asks for is held already.")
CONTEST_UPHELD: Final = _("The supervisors: this is not what “%(item)s” says. %(why)s")


@dataclass(frozen=True)
class Terms:
    """How many of the communities that were asked agree to money and conditions, and how many are needed."""

    asked: int
    agreed: int
    declined: int
    needed: int
    wanted: bool

    @property
    def reached(self) -> bool:
        """Whether enough agree; true at once for lists that need no agreement."""
        return not self.wanted or (self.asked > 0 and self.agreed >= self.needed)

    @property
    def out_of_reach(self) -> bool:
        """Whether so many declined that the number cannot be reached any more."""
        return self.wanted and self.asked - self.declined < self.needed


def terms(application: Application, opinions: Sequence[Opinion], now: datetime) -> Terms:
    """The state of the agreement on money and conditions (S1-10). Asks nothing of the database."""
    on = timezone.localdate(now)
    share = Fraction(*rules.params("admission.limits", application.area_id, on)["terms_share"])
    wanted = bool(
        rules.params("admission.basis", application.area_id, on)["lists"][application.list_kind].get(AGREEMENT)
    )
    asked = len(opinions)
    return Terms(
        asked=asked,
        agreed=sum(one.terms_ok is True for one in opinions),
        declined=sum(one.terms_ok is False for one in opinions),
        needed=-(-asked * share.numerator // share.denominator),
        wanted=wanted,
    )


def verdict(application: Application, *, agreed: bool, now: datetime) -> Verdict:
    """All rules over one application: basis, wording, form, notice, money and conditions, twins on the list.

    Needs `bases` and `offered` loaded; one statement more.
    """
    on = max(application.starts_on, timezone.localdate(now))
    documents = [row.document for row in application.bases.all()]
    offered = list(application.offered.all())
    heights = rules.params("admission.basis", application.area_id, on)
    given = Guarantees(
        amount=sum(row.amount for row in offered),
        waived_because=application.waived_because,
        staff="、".join(row.what for row in offered if row.kind == GuaranteeKind.STAFF),
        guidance="、".join(row.what for row in offered if row.kind == GuaranteeKind.GUIDANCE),
        conditions=application.conditions,
        agreed=agreed,
    )
    judged = basis.check(sort=application.list_kind, documents=documents, rules=heights, on=on, guarantees=given)
    texts = (application.name, application.does, application.why)
    enough = basis.sufficient(application.list_kind, documents, heights, on)
    findings = [
        *_papers(documents),
        *judged.findings,
        *prohibited(texts, application.area_id, on, community_leads=application.community_leads),
        # One document must carry both: the matter onto its list, and this kind of thing.
        *form_findings(application.form, enough, application.area_id, on),
        # Once it is sent in, the days that its check takes do not count against it.
        *_notice(application, application.sent_at or now),
        *_twins(application, on),
    ]
    return Verdict(tuple(findings))


def standing_objections(judged: Verdict) -> tuple[Finding, ...]:
    """The objections that stop an application before the communities are asked."""
    return tuple(finding for finding in judged.objections if finding.rule != AGREEMENT)


def codes(objections: Iterable[Finding]) -> list[str]:
    """The rules that object, each once: how an event keeps them."""
    return list(dict.fromkeys(finding.rule for finding in objections))


def prohibited(texts: Iterable[str], area_id: str, on: date, *, community_leads: bool = False) -> Iterable[Finding]:
    """An objection for each prohibited category that the words give away, or one finding that there is none."""
    words = rules.params("admission.prohibited", area_id, on)
    hits = wording.prohibited(texts, words, community_leads=community_leads)
    for hit in hits:
        values = {"name": hit.name, "words": "、".join(hit.words), "category": hit.code}
        yield Finding("prohibited", False, _("Prohibited category “%(name)s”: %(words)s"), values)
    if not hits:
        yield Finding("prohibited", True, _("It is none of the prohibited tasks."))


def form_findings(
    form: str, documents: Sequence[Document], area_id: str, on: date, *, role: str | None = None
) -> Iterable[Finding]:
    """The rule of inspections, appraisals, signboards … (S2-21): a high basis and, for a `role`, the organiser."""
    rule = rules.params("admission.forms", area_id, on)["forms"].get(form)
    if rule is None:
        return
    values = {"form": form, "needed": rule["needed"]}
    high = any(one.in_force(on) and _reaches(one, rule) for one in documents)
    text = _("Its basis is high enough for this form: %(form)s.") if high else _("%(form)s: needed is %(needed)s.")
    yield Finding("form", high, text, values, rule["source"])
    if role is not None and rule.get("roles") and role not in rule["roles"]:
        text = _("%(form)s: only the one organiser may hand it down (%(needed)s).")
        yield Finding("organiser", False, text, values, rule["source"])


def _reaches(document: Document, rule: Mapping[str, Any]) -> bool:
    forms = rule.get("forms")
    return (forms is None or document.form in forms) and RANK.get(document.level, -1) >= RANK[
        rule.get("level", "street")
    ]


#: What a document lacks, as `basis.missing` calls it.
LACKS: Final[Mapping[str, str]] = {
    "title": _("title"),
    "number": _("document number"),
    "article": _("article"),
    "text": _("file or link"),
}


def _papers(documents: Sequence[Document]) -> Iterable[Finding]:
    """Nobody can check a law or document that is not given with number, title, article and its text."""
    for one in documents:
        if lacking := basis.missing(one):
            values = {"document": one.named, "lacks": " ".join(lacking)}
            yield Finding("papers", False, _("%(document)s cannot be looked up. It lacks: %(lacks)s."), values)


def _notice(application: Application, sent_at: datetime) -> Iterable[Finding]:
    on = timezone.localdate(sent_at)
    limits = rules.params("admission.limits", application.area_id, on)
    ahead = limits["ahead_temporary_working_days" if application.is_temporary else "ahead_working_days"]
    calendar = rules.calendar(application.area_id, on)
    first = timezone.localdate(calendar.add_working_days(sent_at, ahead)) if ahead else on
    ok = application.starts_on >= first
    values = {"days": ahead, "first": f"{first:%Y-%m-%d}"}
    text = (
        _("It is sent in early enough.")
        if ok
        else _("It must be sent in %(days)s working days ahead: from %(first)s on.")
    )
    yield Finding("notice", ok, text, values)


def _twins(application: Application, on: date) -> Iterable[Finding]:
    lists = MatterList.objects.in_force(area_id=application.area_id, on=on).filter(kind=application.list_kind)
    named = Matter.objects.filter(matter_list__in=lists, name=application.name).standing(on)
    # What holds for one community does not help another.
    twins = named.holding_in(application.area_id)
    if application.matter is not None:
        twins = twins.exclude(identity=application.matter.identity)
    twin = twins.select_related("matter_list").first()
    if twin is not None:
        values = {"item": twin.name, "list": twin.matter_list.name}
        yield Finding("twin", False, _("“%(item)s” is on the list already: %(list)s. Cite it."), values)


def sentence(text: str, values: Mapping[str, object]) -> str:
    """What a rule says, in the reader's language; forms are kept as codes until then."""
    told = {key: str(value) for key, value in values.items()}
    for key in ("form", "kinds"):
        told[key] = "、".join(str(Form(one).label) if one in Form.values else one for one in told.get(key, "").split())
    if "lacks" in told:
        told["lacks"] = "、".join(gettext(LACKS[one]) for one in told["lacks"].split())
    return gettext(text) % told


#: What each rule is about, for a history that keeps the codes.
ABOUT: Final[Mapping[str, str]] = {
    "basis": _("legal basis"),
    "in_force": _("documents in force"),
    "level": _("level of the legal basis"),
    "law": _("who can make law"),
    "reading": _("what number, title and issuer say"),
    "papers": _("what documents lack"),
    "money": _("money"),
    "conditions": _("working conditions"),
    "prohibited": _("prohibited tasks"),
    "form": _("legal basis of this form"),
    "notice": _("days of notice"),
    "twin": _("on the list already"),
    "not_in_list": _("on no list"),
    "suspended": _("item suspended"),
    "basis_over": _("nothing that it rests on is in force"),
    "wrong_sender": _("another unit would have to ask"),
    "organiser": _("one organiser"),
    "wrong_area": _("admitted for another area"),
    "wrong_kind": _("a kind that the item does not carry"),
    "relabelled": _("called what it is not"),
    "not_said": _("not what the item says"),
    "targets": _("targets under a duty"),
    "borrowed_number": _("number of another document"),
    "no_agreement": _("no agreement"),
    "agreement": _("agreement of the communities"),
    "already_held": _("held already"),
    "contest_upheld": _("citation lost"),
}


def named(rules_kept: Iterable[str]) -> str:
    """The rules that an event keeps, in the reader's language."""
    return "、".join(dict.fromkeys(gettext(ABOUT.get(code, _("another rule"))) for code in rules_kept))


#: Which reason for refusing fits which objection, most telling first.
REASON_FOR: Final[Mapping[str, str]] = {
    "prohibited": "prohibited",
    "wrong_area": "not_in_list",
    "wrong_kind": "not_in_list",
    "relabelled": "not_in_list",
    "not_said": "not_said",
    "targets": "not_in_list",
    "borrowed_number": "no_basis",
    "basis_over": "no_basis",
    "not_in_list": "not_in_list",
    "suspended": "not_in_list",
    "organiser": "wrong_sender",
    "wrong_sender": "wrong_sender",
    "form": "no_basis",
    "already_held": "already_held",
    "no_agreement": "no_agreement",
}

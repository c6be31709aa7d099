"""On what basis may a task enter a list? One verdict with a reason for each rule. Pure: the rules are data.

Levels and issuers are kept apart (domain.md §2.1, S1-08 to S1-10): entrusted work asks for a file of the party
committee or government of the district, assistance for one of a *department* of the city, so that no single order of
documents would do. What a list asks for is the rule set "admission.basis".
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Final


def _(text: str) -> str:
    """Marks a sentence for the catalogues without importing Django; screens translate it."""
    return text


class Level(StrEnum):
    """Whose territory a document speaks for, from the smallest on (`RANK`)."""

    STREET = "street"
    DISTRICT = "district"
    CITY = "city"
    PROVINCE = "province"
    NATION = "nation"


RANK: Final[Mapping[str, int]] = {level: at for at, level in enumerate(Level)}


class Issuer(StrEnum):
    """What kind of body issued a document."""

    LEGISLATURE = "legislature"
    GOVERNMENT = "government"
    OFFICES = "offices"
    DEPARTMENT = "department"
    OTHER = "other"


class Form(StrEnum):
    """Law (laws, regulations and rules of the Legislation Law), or an official document below it."""

    LAW = "law"
    DOCUMENT = "document"


class Sort(StrEnum):
    """The lists that a community has, by what a task on them is to it."""

    DUTY = "duty"
    ASSIST = "assist"
    ENTRUSTED = "entrusted"


@dataclass(frozen=True, kw_only=True)
class Document:
    """What a task rests on: the law or document, and who issued it."""

    title: str
    form: str
    issuer: str
    level: str
    number: str = ""
    article: str = ""
    valid_from: date | None = None
    valid_to: date | None = None

    @property
    def named(self) -> str:
        """《Title》 with number and article, as a reader looks it up."""
        return f"《{self.title}》{self.number}{self.article}"

    def in_force(self, on: date) -> bool:
        """Whether it may be relied on that day."""
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True, kw_only=True)
class Guarantees:
    """What the asking department puts in: money in fen, people, guidance, working conditions; and the agreement."""

    amount: int = 0
    waived_because: str = ""
    staff: str = ""
    guidance: str = ""
    conditions: str = ""
    agreed: bool = False


@dataclass(frozen=True)
class Finding:
    """What one rule says: `ok`, the sentence (to be translated, with its values) and where the rule comes from."""

    rule: str
    ok: bool
    text: str
    values: Mapping[str, object] = field(default_factory=dict)
    source: str = ""


@dataclass(frozen=True)
class Verdict:
    """All findings; a task may enter when none of them objects."""

    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether no rule objects."""
        return all(finding.ok for finding in self.findings)

    @property
    def objections(self) -> tuple[Finding, ...]:
        """The rules that object."""
        return tuple(finding for finding in self.findings if not finding.ok)


def check(
    *,
    sort: str,
    documents: Sequence[Document],
    rules: Mapping[str, Any],
    on: date,
    guarantees: Guarantees | None = None,
) -> Verdict:
    """Judge a task for a list of this sort on a day: is its basis in force, high enough, and of the right issuer?

    `rules` are the parameters of "admission.basis". `guarantees` None asks only for the basis (an item of a list that
    is being drafted); otherwise a sort that needs an agreement is asked for it, for money or a waiver with its reason,
    and for working conditions (S1-06, S1-10).
    """
    rule = rules["lists"][sort]
    findings = [*_basis(documents, rule, on)]
    if guarantees is not None and rule.get("agreement"):
        findings += _guarantees(guarantees, rule)
    return Verdict(tuple(findings))


def _basis(documents: Sequence[Document], rule: Mapping[str, Any], on: date) -> Iterable[Finding]:
    source = rule["source"]
    if not documents:
        yield Finding("basis", False, _("No law and no document is given."), source=source)
        return
    current = [one for one in documents if one.in_force(on)]
    for one in documents:
        if not one.in_force(on):
            values = {"document": one.named}
            yield Finding("in_force", False, _("%(document)s is not in force on this day."), values, source)
    enough = [one for one in current if any(_fits(one, wanted) for wanted in rule["any_of"])]
    if enough:
        yield Finding(
            "level", True, _("%(document)s is high enough for this list."), {"document": enough[0].named}, source
        )
    elif current:
        values = {"document": "、".join(one.named for one in current), "needed": rule["needed"]}
        yield Finding(
            "level", False, _("%(document)s is not enough for this list. It needs: %(needed)s."), values, source
        )


def _fits(document: Document, wanted: Mapping[str, Any]) -> bool:
    """Whether a document meets one of the ways in: its form, its issuer, and at least this level."""
    forms, issuers = wanted.get("forms"), wanted.get("issuers")
    return (
        (forms is None or document.form in forms)
        and (issuers is None or document.issuer in issuers)
        and RANK.get(document.level, -1) >= RANK[wanted.get("level", Level.STREET)]
    )


def _guarantees(given: Guarantees, rule: Mapping[str, Any]) -> Iterable[Finding]:
    source = rule["agreement_source"]
    if given.amount > 0:
        yield Finding("money", True, _("Money is promised."), source=source)
    elif given.waived_because.strip():
        values = {"reason": given.waived_because.strip()}
        yield Finding("money", True, _("No money is needed: %(reason)s"), values, source)
    else:
        text = _("No money is promised, and no reason is given why none is needed.")
        yield Finding("money", False, text, source=source)
    if given.conditions.strip():
        yield Finding("conditions", True, _("Working conditions are listed."), source=source)
    else:
        yield Finding("conditions", False, _("No working conditions are listed."), source=source)
    if given.agreed:
        yield Finding("agreement", True, _("The community has agreed to money and conditions."), source=source)
    else:
        text = _("The community has not agreed to money and conditions yet.")
        yield Finding("agreement", False, text, source=source)

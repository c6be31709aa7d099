"""On what basis may a task enter a list? One verdict with a reason for each rule. Pure: the rules are data.

Levels and issuers are kept apart (domain.md §2.1, S1-08 to S1-10): entrusted work asks for a file of the party
committee or government of the district, assistance for one of a *department* of the city, so that no single order of
documents would do. What a list asks for is the rule set "admission.basis": ways into each list, the bodies that can
make law at all, and what number, title and issuer of a document say about it, each row with its source.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Final

from linli.lib.chinese import fold


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


_LETTERS: Final = re.compile(r"[\W_]+")
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
    """What a task rests on: the law or document, and who issued it. `shown`: a file or a link lets others read it."""

    title: str
    form: str
    issuer: str
    level: str
    number: str = ""
    article: str = ""
    issuer_name: str = ""
    shown: bool = False
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
    findings = [*_basis(documents, sort, rules, on)]
    if guarantees is not None and rules["lists"][sort].get("agreement"):
        findings += _guarantees(guarantees, rules["lists"][sort], rules)
    return Verdict(tuple(findings))


def sufficient(sort: str, documents: Sequence[Document], rules: Mapping[str, Any], on: date) -> list[Document]:
    """The documents that alone carry a task onto a list of this sort that day: what else is asked of a basis (of the
    kind of thing, see "admission.forms") is asked of one of these."""
    ways = rules["lists"][sort]["any_of"]
    sound = (one for one in documents if one.in_force(on) and not any(_unsound(one, rules)))
    return [one for one in sound if any(_fits(one, way) for way in ways)]


def missing(document: Document) -> list[str]:
    """What somebody who wants to look a document up would miss: number, title, article, and the text itself."""
    needed = {"title": document.title, "number": document.number, "article": document.article}
    return [name for name, said in needed.items() if not said.strip()] + ([] if document.shown else ["text"])


def letters(text: str) -> str:
    """The letters of a text alone, by which it is compared with words that are no reason."""
    return _LETTERS.sub("", fold(text)).casefold()


def is_reason(text: str, rules: Mapping[str, Any]) -> bool:
    """Whether words give a reason at all. “无”, “同上”, “暂不需要经费” and a sign written ten times are none."""
    told = letters(text)
    none = rules.get("no_reasons", {"least": 1, "patterns": ()})
    repeated = told in (told + told)[1:-1]
    wordless = not re.search("[a-z一-鿿]", told)
    return not (
        len(told) < none["least"]
        or repeated
        or wordless
        or any(re.fullmatch(pattern, told) for pattern in none["patterns"])
    )


def looser(rules: Mapping[str, Any], widest: Mapping[str, Any]) -> list[str]:
    """In what a place would let through more than the country does: nothing, if its rules may be published.

    Ways onto a list, and makers of law, may be left out or raised; readings and words that are no reason may be added.
    """
    found = []
    for sort, rule in rules["lists"].items():
        wide = widest["lists"].get(sort, {"any_of": ()})
        for at, way in enumerate(rule["any_of"], 1):
            if not any(_within(way, other) for other in wide["any_of"]):
                found.append(f"lists.{sort}.any_of.{at}")
        if wide.get("agreement") and not rule.get("agreement"):
            found.append(f"lists.{sort}.agreement")
    for name, same in (("law_makers", ("issuer", "level", "title")), ("reading", ("in", "pattern", "when", "allows"))):
        own, wide_rows = ([[row.get(one) for one in same] for row in of[name]] for of in (rules, widest))
        more, less = (own, wide_rows) if name == "law_makers" else (wide_rows, own)
        found += [f"{name}.{at}" for at, row in enumerate(more, 1) if row not in less]
    given, needed = rules["no_reasons"], widest["no_reasons"]
    found += [f"no_reasons.{at}" for at, one in enumerate(needed["patterns"], 1) if one not in given["patterns"]]
    return found + (["no_reasons.least"] if given["least"] < needed["least"] else [])


def _within(way: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether everything that one way lets through passes the other, too."""
    narrow = all(name not in other or set(way.get(name, ("",))) <= set(other[name]) for name in ("forms", "issuers"))
    return narrow and RANK[way.get("level", Level.STREET)] >= RANK[other.get("level", Level.STREET)]


def _basis(documents: Sequence[Document], sort: str, rules: Mapping[str, Any], on: date) -> Iterable[Finding]:
    rule = rules["lists"][sort]
    source = rule["source"]
    if not documents:
        yield Finding("basis", False, _("No law and no document is given."), source=source)
        return
    enough = sufficient(sort, documents, rules, on)
    weak = []
    for one in documents:
        if one in enough:
            continue
        found = [*_unsound(one, rules)]
        if not one.in_force(on):
            text = _("%(document)s is not in force on this day.")
            found.append(Finding("in_force", False, text, {"document": one.named}, source))
        if enough and found:
            # What does not count does no harm beside one that does; it is told all the same.
            text = _("%(document)s does not count; another one carries this list.")
            found = [Finding(found[0].rule, True, text, {"document": one.named}, found[0].source)]
        elif not found:
            weak.append(one)
        yield from found
    if enough:
        way = next(way for way in rule["any_of"] if _fits(enough[0], way))
        text = _("%(document)s is high enough for this list.")
        yield Finding("level", True, text, {"document": enough[0].named}, way.get("source", source))
    elif weak:
        values = {"document": "、".join(one.named for one in weak), "needed": rule["needed"]}
        yield Finding(
            "level", False, _("%(document)s is not enough for this list. It needs: %(needed)s."), values, source
        )


def _unsound(document: Document, rules: Mapping[str, Any]) -> Iterable[Finding]:
    """Why a document is not what it is said to be: no body of this kind makes law, or its own words say otherwise."""
    makers = rules.get("law_makers")
    if makers is not None and document.form == Form.LAW and not any(_makes(document, row) for row in makers):
        values = {"document": document.named, "needed": rules["law_needed"]}
        text = _("%(document)s cannot be a law, regulation or rule of this issuer. %(needed)s.")
        yield Finding("law", False, text, values, rules["law_source"])
    for row in rules.get("reading", ()):
        if row.get("when") not in (None, document.form) or any(_allowed(document, way) for way in row["allows"]):
            continue
        for said in _said(document, row["in"]):
            if (match := re.search(row["pattern"], said)) is not None:
                values = {"document": document.named, "words": match.group(), "says": row["says"]}
                text = _("%(document)s: “%(words)s” %(says)s. Correct what was chosen for it.")
                yield Finding("reading", False, text, values, row["source"])


def _makes(document: Document, row: Mapping[str, Any]) -> bool:
    return (
        document.issuer == row["issuer"]
        and document.level == row["level"]
        and re.search(row.get("title", ""), document.title) is not None
    )


def _allowed(document: Document, way: Mapping[str, Any]) -> bool:
    chosen = {"forms": document.form, "issuers": document.issuer, "levels": document.level}
    return all(chosen[name] in allowed for name, allowed in way.items())


def _said(document: Document, where: str) -> Iterable[str]:
    """What stands in a place of a document. Its issuer also stands before 关于 in the title of a notice."""
    title = re.sub(r"\([^()]*\)$", "", fold(document.title).strip("《》")).rstrip("》")
    match where:
        case "number":
            yield fold(document.number)
        case "title":
            yield title
        case _issuer:
            before, about, _rest = title.partition("关于")
            for name in (document.issuer_name, before if about else ""):
                if even := re.sub(r"\([^()]*\)$", "", fold(name)):
                    yield even


def _fits(document: Document, wanted: Mapping[str, Any]) -> bool:
    """Whether a document meets one of the ways in: its form, its issuer, and at least this level."""
    forms, issuers = wanted.get("forms"), wanted.get("issuers")
    return (
        (forms is None or document.form in forms)
        and (issuers is None or document.issuer in issuers)
        and RANK.get(document.level, -1) >= RANK[wanted.get("level", Level.STREET)]
    )


def _guarantees(given: Guarantees, rule: Mapping[str, Any], rules: Mapping[str, Any]) -> Iterable[Finding]:
    source = rule["agreement_source"]
    if given.amount > 0:
        yield Finding("money", True, _("Money is promised."), source=source)
    elif is_reason(given.waived_because, rules):
        values = {"reason": given.waived_because.strip()}
        yield Finding("money", True, _("No money is needed: %(reason)s"), values, source)
    elif given.waived_because.strip():
        text = _("“%(reason)s” is no reason why no money is needed. Say what it costs nobody, or who pays for it.")
        yield Finding("money", False, text, {"reason": given.waived_because.strip()}, source)
    else:
        text = _("No money is promised, and no reason is given why none is needed.")
        yield Finding("money", False, text, source=source)
    if given.conditions.strip() and not _says_none(given.conditions, rules):
        yield Finding("conditions", True, _("Working conditions are listed."), source=source)
    else:
        yield Finding("conditions", False, _("No working conditions are listed."), source=source)
    if given.agreed:
        yield Finding("agreement", True, _("The community has agreed to money and conditions."), source=source)
    else:
        text = _("The community has not agreed to money and conditions yet.")
        yield Finding("agreement", False, text, source=source)


def _says_none(text: str, rules: Mapping[str, Any]) -> bool:
    """Whether the words only say that there is nothing, however short what they say would be otherwise."""
    told = letters(text)
    patterns = rules.get("no_reasons", {"patterns": ()})["patterns"]
    return not told or any(re.fullmatch(pattern, told) for pattern in patterns)

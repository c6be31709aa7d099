"""The rules that the gate goes by, as those who keep the lists see and change them: what holds, and what a change does.

A place's rules are those of the country and what the place adds; only what it adds is typed and shown for change.
"""

import re
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from linli.apps.admission.models import Application, Handing, Task
from linli.foundation.accounts.actors import Actor
from linli.foundation.rules import queries as rules
from linli.foundation.rules.models import RuleSet
from linli.spine.catalogue import basis, queries, wording
from linli.spine.catalogue.basis import Guarantees
from linli.spine.catalogue.meaning import NONE
from linli.spine.catalogue.models import Matter, MatterList

BASIS: Final = "basis"
PROHIBITED: Final = "prohibited"
DOMAINS: Final = {BASIS: "admission.basis", PROHIBITED: "admission.prohibited"}
#: How many of each kind a change is tried on, the newest first.
MOST: Final = 300
BURDENS: Final = ("bearing", "targets")
#: Which place of a document a word of the place is looked for in: at the end of a title, anywhere in a number.
READ: Final = {"title_words": ("title", "(?:{})$"), "number_words": ("number", "{}")}

Typed = Mapping[str, Any]


@dataclass(frozen=True)
class Change:
    """Something that would be judged otherwise: an item, an application, or something handed down."""

    about: str
    name: str
    key: int
    list_id: int | None
    before: str
    after: str


def kept(which: str, area_id: str) -> list[RuleSet]:
    """The versions that a place has kept of its rules, the newest first."""
    return list(RuleSet.objects.filter(domain=DOMAINS[which], area_code=area_id).order_by("-version")[:20])


def current(which: str, area_id: str, on: date) -> Mapping[str, Any]:
    """What a change begins with: the newest version of the place, also one that is still to begin, or what holds."""
    newest = next(iter(kept(which, area_id)), None)
    return newest.params if newest is not None else rules.params(DOMAINS[which], area_id, on)


def typed(which: str, area_id: str, on: date) -> dict[str, Any]:
    """What the place has added to the rules of the country, as the form shows it."""
    own, national = current(which, area_id, on), rules.national(DOMAINS[which], on)
    if which == BASIS:
        found: dict[str, Any] = {f"level_{sort}": rule["any_of"][-1]["level"] for sort, rule in own["lists"].items()}
        for name in READ:
            found[name] = "\n".join(word for row in own["reading"] if row.get("own") == name for word in row["words"])
        reasons = [one for one in own["no_reasons"]["patterns"] if one not in national["no_reasons"]["patterns"]]
        return {**found, "no_reasons": "\n".join(map(_plain, reasons))}
    found = {name: "\n".join(_plain(one) for one in own[name] if one not in national[name]) for name in BURDENS}
    wide = {one["code"]: one["subjects"] for one in national["categories"]}
    for one in own["categories"]:
        more = [_plain(word) for word in one["subjects"] if word not in wide.get(one["code"], ())]
        found[f"words_{one['code']}"] = "\n".join(more)
    for code in (*wide, NONE):
        found[f"sentences_{code}"] = "\n".join(text for named, text in own["examples"] if named == code)
    return found


def proposed(which: str, on: date, given: Typed, source: str) -> dict[str, Any]:
    """The rules of the country with what a place adds. `given` as `typed` gives it."""
    made = deepcopy(dict(rules.national(DOMAINS[which], on)))
    if which == BASIS:
        for sort, rule in made["lists"].items():
            rule["any_of"][-1]["level"] = given[f"level_{sort}"]
        for name, (place, pattern) in READ.items():
            if words := lines(given[name]):
                made["reading"].append(
                    {
                        "own": name,
                        "words": words,
                        "in": place,
                        "pattern": pattern.format("|".join(map(re.escape, words))),
                        "allows": [{"forms": [basis.Form.DOCUMENT.value]}],
                        "says": "按本地规定不是法律、法规、规章",
                        "source": source,
                    }
                )
        made["no_reasons"]["patterns"] += [re.escape(basis.letters(one)) for one in lines(given["no_reasons"])]
        return made
    for name in BURDENS:
        made[name] += [re.escape(one) for one in lines(given[name]) if re.escape(one) not in made[name]]
    for one in made["categories"]:
        more = [re.escape(word) for word in lines(given[f"words_{one['code']}"])]
        one["subjects"] += [word for word in more if word not in one["subjects"]]
    codes = [*(one["code"] for one in made["categories"]), NONE]
    made["examples"] = [[code, text] for code in codes for text in lines(given[f"sentences_{code}"])]
    return made


def changes(actor: Actor, which: str, after: Mapping[str, Any], on: date) -> list[Change]:
    """What would be judged otherwise in the actor's area under these rules than under those of a day."""
    before = rules.params(DOMAINS[which], actor.area_id, on)
    judge = _basis_of if which == BASIS else _words_of
    found = []
    for about, row in _rows(actor, on):
        if which == BASIS and isinstance(row, Handing):
            continue
        old, new = judge(row, before, on), judge(row, after, on)
        if old != new:
            list_id = row.matter_list_id if isinstance(row, Matter) else None
            name = row.title if isinstance(row, Handing) else row.name
            found.append(Change(about, name, row.pk, list_id, old, new))
    return found


def _rows(actor: Actor, on: date) -> Iterable[tuple[str, Matter | Application | Handing]]:
    """Items in force, applications that were sent in, and what was handed down, of the actor's area. Six statements."""
    lists = MatterList.objects.holding(on).filter(actor.within("area_id"), kind__in=queries.CHECKED_KINDS)
    lists = lists.exclude(kind=MatterList.Kind.CERTIFICATE)
    items = Matter.objects.standing(on).filter(matter_list__in=lists)
    for item in items.select_related("matter_list").prefetch_related("bases").order_by("-pk")[:MOST]:
        yield "item", item
    sent = Application.objects.visible_to(actor).filter(case__isnull=False)
    for application in sent.prefetch_related("bases", "offered").order_by("-pk")[:MOST]:
        yield "application", application
    tasks = Task.objects.visible_to(actor).values("handing")
    for handing in Handing.objects.filter(pk__in=tasks).order_by("-pk")[:MOST]:
        yield "handing", handing


def _words_of(row: Matter | Application | Handing, by: Mapping[str, Any], _on: date) -> str:
    match row:
        case Matter():
            hits = wording.prohibited([row.name, row.does, row.told], by)
        case Application():
            texts = (row.name, row.does, row.why)
            hits = wording.prohibited(texts, by, community_leads=row.community_leads)
        case _:
            hits = wording.prohibited([row.title, row.text], by)
    return "、".join(hit.name for hit in hits)


def _basis_of(row: Matter | Application | Handing, by: Mapping[str, Any], on: date) -> str:
    """The rules that object, for the reader to translate; nothing where none does."""
    if isinstance(row, Handing):
        return ""
    given, sort = None, ""
    if isinstance(row, Application):
        sort = row.list_kind
        amount = sum(one.amount for one in row.offered.all())
        given = Guarantees(amount=amount, waived_because=row.waived_because, conditions=row.conditions, agreed=True)
    else:
        sort = row.matter_list.kind
    documents = [one.document for one in row.bases.all()]
    found = basis.check(sort=sort, documents=documents, rules=by, on=on, guarantees=given)
    return " ".join(dict.fromkeys(one.rule for one in found.objections))


def lines(text: str) -> list[str]:
    """What stands on the lines of a field, each once."""
    return list(dict.fromkeys(filter(None, (line.strip() for line in text.splitlines()))))


def _plain(pattern: str) -> str:
    return re.sub(r"\\(.)", r"\1", pattern)

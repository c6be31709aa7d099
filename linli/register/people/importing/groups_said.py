"""The columns of special groups in a row: what each says, put together; two that contradict each other ask."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from linli.register.people import groups
from linli.register.people.headings import Meaning, is_group, meaning_of
from linli.register.people.importing.answers import Belongs, Group, Listed, Lists, key
from linli.register.people.importing.cells import DITTO, Remembered, Why, asked_word
from linli.register.people.importing.facts import Facts
from linli.register.people.importing.unread import unread

Handler = Callable[[dict[str, Any], str, dict[str, Why]], None]
LIST = "tags"


#: 党员 follows from 政治面貌 (GB/T 4762): 01 is a member of the party, 02 one on probation.
PARTY: Final = "party_member"
OF_PARTY: Final = ("01", "02")


def not_read(keys: Iterable[str], *, area_id: str) -> list[str]:
    """Those keys of columns that ask for a group which no sheet gives: Linli reckons it, or officers alone enter it."""
    given = {
        f"tag:{one.code}" for one in groups.groups(area_id=area_id).values() if not one.computed or one.code == PARTY
    }
    return [key for key in keys if is_group(meaning_of(key).field) and meaning_of(key).field not in given]


class GroupCells:
    """Reads the columns of groups: those that list them, and those that ask for one."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        words: dict[str, list[str]] = {}
        computed, restricted = set(), set()
        for word, (code, is_computed, is_restricted) in facts.groups.items():
            if is_restricted:
                restricted.add(word)
                continue
            words.setdefault(code, []).append(word)
            if is_computed:
                computed.add(code)
        self.groups = {code: Group(code, found, facts.levels.get(code, ())) for code, found in words.items()}
        self.computed = frozenset(computed)
        self.lists = Lists(self.groups, computed, restricted)

    def handler(self, name: str, meaning: Meaning) -> Handler:
        """What reads a column."""
        return self._listing() if name == LIST else self._one(name, meaning)

    def _listing(self) -> Handler:
        saved = self.facts.saved.get(LIST, {})
        read: Remembered[str, Listed] = Remembered(lambda text: self.lists.read(text, saved))

        def handle(values: dict[str, Any], text: str, errors: dict[str, Why]) -> None:
            found = read(text)
            if found.restricted:
                errors[LIST] = ("restricted_group", {})
                return
            values.setdefault("_belongs", []).extend(found.groups)
            for word in found.asks:
                why = ("ditto" if text in DITTO else "no_group", {"text": word[:20]})
                unread(values, LIST, text, why, table=LIST, word=asked_word(word))

        return handle

    def _one(self, name: str, meaning: Meaning) -> Handler:
        code = meaning.field.removeprefix("tag:")
        group = self.groups.get(code)
        if group is None or (code in self.computed and code != PARTY):
            # Nobody types what follows from facts; restricted groups do not come from sheets (`not_read`).
            return lambda _values, _text, _errors: None
        saved: Mapping[str, str] = self.facts.saved.get(name, {})

        def answer(text: str) -> tuple[str, Belongs]:
            known = saved.get(key(text))
            if known is not None:
                return known or "nothing", Belongs(code)
            found = group.answer(text, opposite=meaning.opposite, aspect=meaning.aspect)
            return found.says, Belongs(code, found.level, found.facts)

        read: Remembered[str, tuple[str, Belongs]] = Remembered(answer)

        def handle(values: dict[str, Any], text: str, errors: dict[str, Why]) -> None:
            says, belongs = read(text)
            if says == "yes" and code == PARTY:
                values["_party"] = (name, text)
            elif says == "yes":
                values.setdefault("_belongs", []).append(belongs)
            elif says == "no":
                values.setdefault("_not", {})[code] = (name, text)
            elif says == "asks":
                why = ("ditto", {"text": text}) if text in DITTO else ("yes_or_no", {"text": text[:20]})
                unread(values, name, text, why, table=name, word=key(text) if asked_word(text) else "")

        return handle

    @staticmethod
    def settle(values: dict[str, Any]) -> None:
        """Put what the columns say together; a group that one gives and another denies is not given, and asks."""
        if party := values.get("_party"):
            # It follows from 政治面貌; a sheet without that column says it here.
            values["political"] = values["political"] or OF_PARTY[0]
            if values["political"] not in OF_PARTY:
                unread(values, party[0], party[1], ("contradicts", {"text": party[1][:20]}))
        found: dict[str, tuple[str, dict[str, str]]] = {}
        denied = values.get("_not", {})
        for code, level, facts in values.get("_belongs", ()):
            if code in denied:
                name, text = denied[code]
                unread(values, name, text, ("contradicts", {"text": text[:20]}))
                continue
            before_level, before = found.get(code, ("", {}))
            found[code] = (level or before_level, {**before, **dict(facts)})
        if found:
            rows = [[code, level, facts] if facts else [code, level] for code, (level, facts) in found.items()]
            values["tags"] = json.dumps(rows, ensure_ascii=False)

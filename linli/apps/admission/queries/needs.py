"""What an application will need, told while it is written: before anybody has waited thirty days for a refusal."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from linli.apps.admission.models import Form
from linli.apps.admission.queries.citing import RULES
from linli.apps.admission.queries.judging import prohibited, sentence
from linli.foundation.accounts import roles
from linli.foundation.rules import queries as rules
from linli.spine.catalogue import citation
from linli.spine.catalogue.citation import DUTY


@dataclass(frozen=True)
class Need:
    """One thing to know, where it comes from, and whether what is written so far stands against it."""

    text: str
    source: str = ""
    objects: bool = False


def needs(*, list_kind: str, form: str, with_form: bool, texts: Sequence[str], area_id: str, on: date) -> list[Need]:
    """What this kind needs on this list, and what its words already say. Asks only the rules."""
    if form not in Form.values:
        return []
    asked = {form, Form.FORM.value} if with_form else {form}
    return [
        *_of_kind(form, area_id, on),
        *_of_list(list_kind, asked, area_id, on),
        *_of_words(texts, asked, area_id, on),
    ]


def _of_kind(form: str, area_id: str, on: date) -> Iterable[Need]:
    rule = rules.params("admission.forms", area_id, on)["forms"].get(form)
    if rule is None:
        return
    values = {"form": Form(form).label, "needed": rule["needed"]}
    yield Need(_("%(form)s: needed is %(needed)s.") % values, rule["source"])
    if rule.get("roles"):
        known = {one.code: str(one.name) for one in roles.ROLES.values()}
        names = "、".join(known.get(code, code) for code in rule["roles"])
        text = _("There is one organiser (%(names)s): without its joint review nobody hands this down.")
        yield Need(text % {"names": names}, rule["source"])


def _of_list(list_kind: str, asked: set[str], area_id: str, on: date) -> Iterable[Need]:
    if list_kind != DUTY:
        return
    own, widest = rules.params(RULES, area_id, on), rules.national(RULES, on)
    kinds = citation.carried([], DUTY, own, widest)
    if not asked <= set(kinds):
        text = _("Under a duty of the community's own only this is handed down: %(kinds)s. Choose another list.")
        yield Need(text % {"kinds": "、".join(str(Form(kind).label) for kind in kinds)}, objects=True)


def _of_words(texts: Sequence[str], asked: set[str], area_id: str, on: date) -> Iterable[Need]:
    for kind, words in citation.meant(texts, rules.params(RULES, area_id, on)).items():
        if kind not in asked:
            values = {"words": "、".join(words), "form": Form(kind).label}
            text = _("By its words (%(words)s) it is: %(form)s. Apply for that, or it can never be handed down.")
            yield Need(text % values, objects=True)
    for one in prohibited(texts, area_id, on):
        if not one.ok:
            yield Need(sentence(one.text, one.values), objects=True)

"""Keeping the rules of a place: a version beside those that ship, never looser than the country where it is bound."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from linli.foundation.rules import bounds, queries
from linli.foundation.rules.models import RuleSet
from linli.lib.chinese import tidy
from linli.lib.errors import Invalid


@transaction.atomic
def publish(
    *,
    domain: str,
    area_code: str,
    params: Mapping[str, Any],
    source: str,
    effective_from: date,
    effective_to: date | None = None,
) -> RuleSet:
    """Keep rules of a place as the next version of their domain there. The caller has judged who may.

    Raises Invalid (by field): a domain that nobody asks for, no source, an end before the start, looser than a bound.
    """
    errors: dict[str, object] = {}
    if not queries.versions(domain):
        errors["domain"] = _("No rule set of this name is known.")
    if len(tidy(source)) < 2:
        errors["source"] = _("Name the document that the rules come from.")
    if effective_to is not None and effective_to < effective_from:
        errors["effective_to"] = _("It cannot end before it begins.")
    if not errors and (found := bounds.exceeded(domain, params, effective_from)):
        text = _("A place may be stricter than the rules of the country, never looser: %(where)s")
        errors["params"] = text % {"where": "、".join(found[:10])}
    if errors:
        raise Invalid(fields=errors)
    kept = RuleSet.objects.select_for_update().filter(domain=domain, area_code=area_code)
    last = kept.order_by("-version").values_list("version", flat=True).first()
    made = RuleSet.objects.create(
        domain=domain,
        area_code=area_code,
        version=(last or 0) + 1,
        effective_from=effective_from,
        effective_to=effective_to,
        source=tidy(source)[:300],
        params=dict(params),
    )
    queries.forget()
    return made

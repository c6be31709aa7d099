"""Certificates for residents: which the community issues and which not, and whether a paper is real."""

from typing import Final

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from linli.apps.certificates import queries
from linli.apps.certificates.catalogue import find_kept, not_issued
from linli.foundation.accounts.access import public
from linli.foundation.accounts.http import ActorRequest
from linli.lib.chinese import clip, fold, mask_name, tidy
from linli.sites.portal import home_area, nav

LONGEST: Final = 60


@public
@never_cache
@require_safe
def certificates(request: ActorRequest) -> HttpResponse:
    """Type what somebody wants from you: issued here and what to bring, or who does it instead."""
    today = timezone.localdate()
    area_id = home_area.chosen(request) or home_area.district(request, today)
    q = clip(tidy(request.GET.get("q", "")), LONGEST)
    known = not_issued(area_id, today)
    context = {
        "q": q,
        "kept": find_kept(q, area_id, today),
        "items": known.find(q),
        "document": known.document,
        "verified": known.verified,
    }
    return nav.page(request, "portal/certificates.html", context, tab="home", back_url=reverse("portal:home"))


@public
@never_cache
@require_safe
def check(request: ActorRequest) -> HttpResponse:
    """Whether a paper is real: what stands in the seal log under its check code, the name masked."""
    typed = fold(request.GET.get("code", "")).upper()
    code = "".join(one for one in typed[:LONGEST] if one.isascii() and one.isalnum())
    found = queries.checked(code) if code and len(typed) <= LONGEST else None
    facts: list[tuple[str, object]] = []
    if found is not None and found.sealed_at is not None:
        facts = [
            (_("Certificate"), found.case.title),
            (_("Number"), found.number),
            (_("Name"), mask_name(found.name)),
            (_("Community"), f"{found.area.parent.name if found.area.parent else ''} {found.area.name}".strip()),
            (_("Sealed"), f"{timezone.localtime(found.sealed_at):%Y-%m-%d}"),
            (_("Office that wants it"), found.addressee),
            (_("Copies"), str(found.copies)),
        ]
    context = {"code": typed[:LONGEST], "asked": bool(typed.strip()), "certificate": found, "facts": facts}
    return nav.page(
        request, "portal/certificate_check.html", context, tab="home", back_url=reverse("portal:certificates")
    )

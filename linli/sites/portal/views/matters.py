"""What may be reported, who leads it and in what time, readable by everybody."""

from collections.abc import Sequence

from django.http import Http404, HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from linli.foundation.accounts.access import public
from linli.lib.chinese import fold
from linli.sites.portal import home_area, nav
from linli.sites.portal.forms import CLASS_ICONS
from linli.spine.catalogue import queries as catalogue
from linli.spine.catalogue.models import EventClass, Matter

PAGE = 50
LONGEST_SEARCH = 60


@public
@require_safe
def matters(request: HttpRequest) -> TemplateResponse:
    """The list by class, with a search box; the filters stand in the address."""
    on = timezone.localtime(timezone.now()).date()
    words = request.GET.get("q", "").strip()[:LONGEST_SEARCH]
    chosen = request.GET.get("class", "")
    chosen = chosen if chosen in EventClass.values else ""
    offered = catalogue.offered(home_area.district(request, on), on)
    hits = [one for one in offered if (not chosen or one.event_class == chosen) and _matches(one, words)]
    shown, older = _page_of(hits, request.GET.get("after", ""))
    query = {key: value for key, value in {"q": words, "class": chosen, "after": older}.items() if value}
    labels = {code: str(label) for code, label in EventClass.choices}
    chips = []
    if words:
        chips.append({"label": _("Words"), "value": words, "remove_url": _without(request, "q")})
    if chosen:
        chips.append({"label": _("Class"), "value": labels[chosen], "remove_url": _without(request, "class")})
    context = {
        "matters": shown,
        "count": len(hits),
        "q": words,
        "chosen": chosen,
        "classes": [{"code": code, "label": label, "icon": CLASS_ICONS[code]} for code, label in EventClass.choices],
        "chips": chips,
        "older_url": f"?{urlencode(query)}" if older else "",
    }
    return nav.page(request, "portal/matters.html", context, tab="home", back_url=reverse("portal:home"))


@public
@require_safe
def matter(request: HttpRequest, code: str) -> TemplateResponse:
    """One matter: what it is, who leads, by when, on what basis, whom to call when it is urgent."""
    on = timezone.localtime(timezone.now()).date()
    found = catalogue.one(code, home_area.district(request, on), on)
    if found is None:
        raise Http404
    context = {"matter": found, "report_url": f"{reverse('portal:report')}?{urlencode({'matter': found.code})}"}
    return nav.page(request, "portal/matter.html", context, tab="home", back_url=reverse("portal:matters"))


def _matches(one: Matter, words: str) -> bool:
    """Every word stands in the name, in what residents read, or among the words that suggest the matter."""
    text = fold(" ".join((one.name, one.told, one.basis, *one.keywords))).lower()
    return all(word in text for word in fold(words).lower().split())


def _page_of(hits: Sequence[Matter], after: str) -> tuple[Sequence[Matter], str]:
    """The page behind the matter with the code `after`, and the cursor of the next."""
    start = next((place + 1 for place, one in enumerate(hits) if one.code == after), 0)
    shown = hits[start : start + PAGE]
    return shown, shown[-1].code if len(hits) > start + PAGE else ""


def _without(request: HttpRequest, key: str) -> str:
    query = request.GET.copy()
    for name in (key, "after"):
        query.pop(name, None)
    return f"?{query.urlencode()}"

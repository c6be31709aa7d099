"""The rules of the gate: what an application and a task are judged by, tried, changed and published."""

from collections.abc import Mapping
from typing import Any, Final

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from linli.apps.admission.actions import rulebook as actions
from linli.apps.admission.forms.rulebook import form_of
from linli.apps.admission.models import Application
from linli.apps.admission.pages import address, crumbs, page
from linli.apps.admission.queries import rulebook
from linli.apps.admission.queries.judging import named
from linli.apps.admission.queries.rulebook import BASIS, DOMAINS, PROHIBITED, Change
from linli.foundation.accounts.access import requires
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.foundation.rules import queries as rules
from linli.lib.chinese import clip
from linli.lib.errors import NotAllowed, Refusal
from linli.spine.catalogue import wording
from linli.spine.catalogue.meaning import NONE, shipped
from linli.spine.catalogue.models import Basis
from linli.ui.forms import put
from linli.ui.toasts import toast

LONGEST_TITLE: Final = 200


@requires(Permission.CATALOGUE_MANAGE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def rulebook_page(request: ActorRequest, which: str) -> HttpResponse:
    """One set of rules: its rows with their sources, a title to try, what the place adds, what that would change."""
    if which not in DOMAINS:
        raise Http404
    actor, now = request.actor, timezone.now()
    if not actions.may(actor):
        raise NotAllowed(_("Your post does not include the rules of the gate."))
    today = timezone.localdate(now)
    versions = rulebook.kept(which, actor.area_id)
    national = rules.national(DOMAINS[which], today)
    initial = {
        **rulebook.typed(which, actor.area_id, today),
        "seen": versions[0].version if versions else 0,
        "effective_from": today,
    }
    form = form_of(which, request.POST if request.method == "POST" else None, national, initial)
    changes: list[Change] | None = None
    after: Mapping[str, Any] | None = None
    code = 200
    if request.method == "POST":
        code = 422
        # To look is free; to publish takes a source.
        form.fields["source"].required = "publish" in request.POST
        if form.is_valid():
            given, told = form.given(), form.cleaned_data
            try:
                if "publish" in request.POST:
                    actions.publish(
                        by=actor,
                        which=which,
                        given=given,
                        source=told["source"],
                        effective_from=told["effective_from"],
                        seen=told["seen"],
                        now=now,
                    )
                    toast(request, _("Published."))
                    return redirect("admission:rulebook", which)
                actions.check(which, given, told["source"], today)
                after = rulebook.proposed(which, today, given, told["source"])
                changes, code = rulebook.changes(actor, which, after, today), 200
            except NotAllowed:
                raise
            except Refusal as refusal:
                put(form, refusal)
                code = refusal.status
    title = clip((request.POST if request.method == "POST" else request.GET).get("title", ""), LONGEST_TITLE)
    holding = rules.params(DOMAINS[which], actor.area_id, today)
    heading = _("The legal basis") if which == BASIS else _("Prohibited tasks")
    context = {
        "which": which,
        "heading": heading,
        "form": form,
        "groups": form.groups(),
        "versions": versions,
        "changes": changes if changes is None else [_told(one, which) for one in changes],
        "title": title,
        "tried": _tried(title, holding, after) if title and which == PROHIBITED else None,
        "tables": _basis_tables(holding) if which == BASIS else _prohibited_tables(holding),
        "tabs": [
            {"label": label, "url": address("rulebook", one), "current": one == which}
            for one, label in ((BASIS, _("The legal basis")), (PROHIBITED, _("Prohibited tasks")))
        ],
        "crumbs": crumbs((_("Lists"), address("lists")), (_("Rules of the gate"), "")),
    }
    return page(request, "rulebook.html", context, code)


def _told(one: Change, which: str) -> dict[str, object]:
    match one.about:
        case "item":
            kind, url = _("item of a list"), address("item", one.list_id, one.key)
        case "application":
            kind, url = _("application"), address("application", one.key)
        case _handing:
            kind, url = _("handed down"), address("handing", one.key)
    words = (named(text.split()) if which == BASIS else text for text in (one.before, one.after))
    before, after = (text or _("nothing objects") for text in words)
    return {"kind": kind, "url": url, "name": one.name, "before": before, "after": after}


def _tried(title: str, holding: Mapping[str, Any], after: Mapping[str, Any] | None) -> list[tuple[str, list[str]]]:
    """What each of the rules says to a title, with the words that decided."""
    sets = [(_("As it is"), holding)] + ([(_("As proposed"), after)] if after is not None else [])
    return [
        (name, [f"{hit.name}：{'、'.join(hit.words)}" for hit in wording.prohibited([title], by)]) for name, by in sets
    ]


Table = tuple[str, list[tuple[str, str]]]


def _basis_tables(holding: Mapping[str, Any]) -> list[Table]:
    lists, levels = dict(Application.ListKind.choices), dict(Basis.Level.choices)
    forms, issuers = dict(Basis.Form.choices), dict(Basis.Issuer.choices)

    def way(row: Mapping[str, Any]) -> str:
        told = ["、".join(str(forms[one]) for one in row.get("forms", ()))]
        told += ["、".join(str(issuers[one]) for one in row.get("issuers", ()))]
        told += [_("at least: %(level)s") % {"level": levels[row["level"]]}] if "level" in row else []
        return " · ".join(filter(None, told))

    return [
        *(
            (str(lists[sort]), [(way(row), row.get("source", rule["source"])) for row in rule["any_of"]])
            for sort, rule in holding["lists"].items()
        ),
        (
            _("Who can make law"),
            [
                (f"{issuers[row['issuer']]} · {levels[row['level']]} · {row['makes']}", row["source"])
                for row in holding["law_makers"]
            ],
        ),
        (
            _("What number, title and issuer say"),
            list(dict.fromkeys((row["says"], row["source"]) for row in holding["reading"])),
        ),
        (_("What is no reason"), [(holding["no_reasons"]["source"], "")]),
    ]


def _prohibited_tables(holding: Mapping[str, Any]) -> list[Table]:
    counts: dict[str, int] = {}
    for code, _text in [*shipped(), *map(tuple, holding["examples"])]:
        counts[code] = counts.get(code, 0) + 1
    rows = [
        (one["name"], _("%(n)s sentences were learnt for it.") % {"n": counts.get(one["code"], 0)})
        for one in holding["categories"]
    ]
    rows.append((_("None of them"), _("%(n)s sentences were learnt for it.") % {"n": counts.get(NONE, 0)}))
    return [(_("The seven categories"), rows)]

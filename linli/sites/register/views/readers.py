"""Who has looked at a person: for those who watch over the register."""

from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from linli.foundation.accounts.access import requires
from linli.foundation.accounts.client import ip_of
from linli.foundation.accounts.http import ActorRequest
from linli.foundation.accounts.roles import Permission
from linli.foundation.audit.actions import record
from linli.lib.errors import NotAllowed
from linli.register.people import copies
from linli.register.people import readers as looks
from linli.sites.register.edge import page, person_in_scope
from linli.sites.register.views.person import sees_readers
from linli.ui.links import from_page, without


@requires(Permission.PEOPLE_READ)
@never_cache
@require_safe
def readers(request: ActorRequest, person_id: int) -> TemplateResponse:
    """Every line about one person, newest first; looking here is a line, too. Twelve statements at most."""
    actor = request.actor
    person = person_in_scope(actor, person_id)
    if not sees_readers(actor):
        raise NotAllowed(_("Only an auditor, or who answers requests about personal data, sees who has looked."))
    after = request.GET.get("after", "")
    found = looks.of_person(person=person, by=actor, after=after)
    if not after:
        record(
            by=actor,
            action="people.readers",
            subject_kind="person",
            subject_id=person.pk,
            ip=ip_of(request),
            now=timezone.now(),
        )
    context = {
        "person": person,
        "rows": [(look, "、".join(copies.label_of(name) for name in look.fields)) for look in found.rows],
        "older_url": from_page(request, found.after),
        "first_url": without(request) if after else "",
    }
    return page(request, "readers.html", context)

"""Marks that say who may open a view. The DefaultDeny middleware enforces them and refuses an unmarked view.

    @requires(Permission.CASE_READ)
    def queue(request: HttpRequest) -> TemplateResponse: ...

The mark is `view.access`: "public", "signed_in", "resident_only", "api" (the view's own framework checks), or
the code of a permission. A permission says nothing about the place: a view fetches its objects inside the
actor's area (`actor.within()`), so that what lies outside is a 404.
"""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from django.utils.translation import gettext as _

from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.roles import Permission
from linli.lib.errors import NotAllowed

View = TypeVar("View", bound=Callable[..., Any])

PUBLIC: Final = "public"
SIGNED_IN: Final = "signed_in"
RESIDENT_ONLY: Final = "resident_only"
API: Final = "api"


def mark(view: View, access: str) -> View:
    """Write `access` on a view that is not ours to decorate (a framework's, a library's)."""
    if access not in {PUBLIC, SIGNED_IN, RESIDENT_ONLY, API}:
        Permission(access)
    view.access = access  # type: ignore[attr-defined]
    return view


def public(view: View) -> View:
    """Anybody may open it, signed in or not."""
    return mark(view, PUBLIC)


def signed_in(view: View) -> View:
    """Anybody who has signed in, staff or resident."""
    return mark(view, SIGNED_IN)


def resident_only(view: View) -> View:
    """Residents who have signed in by phone."""
    return mark(view, RESIDENT_ONLY)


def requires(permission: str) -> Callable[[View], View]:
    """Signed in, under a post whose role grants `permission`. An unknown code fails when the module is loaded."""
    code = Permission(permission)

    def decorate(view: View) -> View:
        return mark(view, code)

    return decorate


def even_with_old_password(view: View) -> View:
    """Open also to users who must choose a new password first: changing it, and signing out."""
    view.with_old_password = True  # type: ignore[attr-defined]
    return view


def needs_sign_in(access: str) -> bool:
    """Whether a visitor must sign in before this mark can be judged at all."""
    return access not in {PUBLIC, API}


def check(access: str, actor: Actor) -> None:
    """Let the actor pass, or raise NotAllowed with a reason a person can read."""
    if access in {PUBLIC, API, SIGNED_IN}:
        return
    if access == RESIDENT_ONLY:
        if not actor.is_resident:
            raise NotAllowed(_("This page is for residents. Sign in with your phone number."), code="resident_only")
        return
    # A resident may report, too, but not on the pages of those who work here.
    if not actor.is_staff or not actor.can(access):
        raise NotAllowed(refusal(access), code="not_granted")


def refusal(permission: str) -> str:
    """Why somebody without this permission is turned away, in one sentence (also for disabled buttons)."""
    return _REASONS[Permission(permission)]()


# Whole sentences, so that translators need no grammar of ours.
_REASONS: Final[dict[Permission, Callable[[], str]]] = {
    Permission.CASE_READ: lambda: _("Your post does not include reading cases."),
    Permission.CASE_WORK: lambda: _("Your post does not include working on cases."),
    Permission.REPORT_CREATE: lambda: _("Your post does not include reporting."),
    Permission.NOTE_WRITE: lambda: _("Your post does not include writing notes."),
    Permission.DASHBOARD_READ: lambda: _("Your post does not include the boards."),
    Permission.PEOPLE_READ: lambda: _("Your post does not include the register of people."),
    Permission.PEOPLE_EDIT: lambda: _("Your post does not include changing the register of people."),
    Permission.PEOPLE_PROPOSE: lambda: _("Your post does not include proposing corrections."),
    Permission.PEOPLE_IMPORT: lambda: _("Your post does not include importing sheets into the register."),
    Permission.PEOPLE_APPROVE: lambda: _("Your post does not include approving exports and requests."),
    Permission.PEOPLE_RESTRICTED: lambda: _("Restricted groups are open only to the officer who works with them."),
    Permission.VISIT_WORK: lambda: _("Your post does not include visiting."),
    Permission.PEOPLE_REVEAL: lambda: _("Your post does not include seeing full personal data."),
    Permission.CATALOGUE_CHECK: lambda: _("Your post does not include the legality check of lists."),
    Permission.CATALOGUE_APPROVE: lambda: _("Your post does not include approving lists."),
    Permission.AUDIT_READ: lambda: _("Only an auditor may read the access log."),
    Permission.AREAS_MANAGE: lambda: _("Only a system administrator may change areas and grids."),
    Permission.ACCOUNTS_MANAGE: lambda: _("Only a system administrator may manage accounts."),
    Permission.CERTIFICATE_WORK: lambda: _("Your post does not include writing certificates."),
    Permission.CERTIFICATE_SEAL: lambda: _("Only who keeps the seal of the community may do this: the secretary."),
    Permission.CATALOGUE_MANAGE: lambda: _("Your post does not include changing the catalogue."),
    Permission.TASK_READ: lambda: _("Your post does not include reading what is handed down to communities."),
    Permission.TASK_WORK: lambda: _("Only the office of the community may do this."),
    Permission.TASK_SEND: lambda: _("Your post does not include handing tasks to communities."),
    Permission.TASK_SUPERVISE: lambda: _("Only civil affairs and the organisation department may do this."),
    Permission.EXPORT: lambda: _("Your post does not include exporting data."),
}

"""Roles and what each may do. Codes are stored in rows and must never change."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Permission(StrEnum):
    """What a post may be allowed to do, inside its area."""

    CASE_READ = "case.read"
    CASE_WORK = "case.work"
    REPORT_CREATE = "report.create"
    NOTE_WRITE = "note.write"
    DASHBOARD_READ = "dashboard.read"
    PEOPLE_READ = "people.read"
    PEOPLE_PROPOSE = "people.propose"
    PEOPLE_EDIT = "people.edit"
    PEOPLE_REVEAL = "people.reveal"
    PEOPLE_IMPORT = "people.import"
    PEOPLE_APPROVE = "people.approve"
    PEOPLE_RESTRICTED = "people.restricted"
    VISIT_WORK = "visit.work"
    AUDIT_READ = "audit.read"
    AREAS_MANAGE = "areas.manage"
    ACCOUNTS_MANAGE = "accounts.manage"
    CATALOGUE_MANAGE = "catalogue.manage"
    CATALOGUE_CHECK = "catalogue.check"
    CATALOGUE_APPROVE = "catalogue.approve"
    EXPORT = "export"
    TASK_READ = "task.read"
    TASK_WORK = "task.work"
    TASK_SEND = "task.send"
    TASK_SUPERVISE = "task.supervise"
    CERTIFICATE_WORK = "certificate.work"
    CERTIFICATE_SEAL = "certificate.seal"


@dataclass(frozen=True)
class Role:
    """A kind of post, described in words for the person who hands it out."""

    code: str
    name: str | Promise
    description: str | Promise


GRID_WORKER = Role(
    "grid_worker", _("Grid worker"), _("Walks the grid, finds and reports, solves on the spot, visits people.")
)
GRID_HEAD = Role("grid_head", _("Grid head"), _("Leads the team of a grid and answers for what is open in it."))
COMMUNITY_WORKER = Role(
    "community_worker", _("Community worker"), _("Takes in, sorts, hands out and follows up the community's cases.")
)
COMMUNITY_SECRETARY = Role(
    "community_secretary", _("Community secretary"), _("Leads the community, approves, and asks the street for help.")
)
STREET_STAFF = Role(
    "street_staff", _("Street staff"), _("Takes what communities cannot solve, calls the departments in.")
)
DEPARTMENT_STAFF = Role(
    "department_staff", _("Department staff"), _("Handles the cases given to the department and reports back.")
)
CIVIL_AFFAIRS = Role(
    "civil_affairs", _("Civil affairs bureau"), _("Watches the whole district, keeps the lists, judges figures.")
)
LEGAL_REVIEW = Role(
    "legal_review", _("Legality reviewer"), _("Checks lists and applications against the law before they are decided.")
)
ORGANISATION = Role(
    "organisation",
    _("Organisation department"),
    _("Approves the lists of communities, and corrects who hands down what no list allows."),
)
RESTRICTED_CARE = Role(
    "restricted_care",
    _("Restricted groups officer"),
    _("Works with the restricted groups of the area, and is the only one who sees them; every read is logged."),
)
AUDITOR = Role("auditor", _("Auditor"), _("Reads everything in the area, the access log included; changes nothing."))
ADMIN = Role(
    "admin", _("System administrator"), _("Keeps areas, accounts and the catalogue; cannot read cases or people.")
)
RESIDENT = Role("resident", _("Resident"), _("Reports, follows and rates; sees only what is their own."))

POST_ROLES = (
    GRID_WORKER,
    GRID_HEAD,
    COMMUNITY_WORKER,
    COMMUNITY_SECRETARY,
    STREET_STAFF,
    DEPARTMENT_STAFF,
    CIVIL_AFFAIRS,
    LEGAL_REVIEW,
    ORGANISATION,
    RESTRICTED_CARE,
    AUDITOR,
    ADMIN,
)
ROLES: Mapping[str, Role] = MappingProxyType({role.code: role for role in (*POST_ROLES, RESIDENT)})

_FIELD = frozenset(
    {
        Permission.CASE_READ,
        Permission.CASE_WORK,
        Permission.REPORT_CREATE,
        Permission.NOTE_WRITE,
        Permission.DASHBOARD_READ,
        Permission.PEOPLE_READ,
        Permission.PEOPLE_PROPOSE,
        Permission.PEOPLE_REVEAL,
        Permission.VISIT_WORK,
    }
)
_OFFICE = _FIELD | {
    Permission.PEOPLE_EDIT,
    Permission.PEOPLE_IMPORT,
    Permission.EXPORT,
    Permission.TASK_READ,
    Permission.TASK_WORK,
    Permission.CERTIFICATE_WORK,
}

# Reading, keeping the system and watching the watchers are three different people (等保 三员分立, domain.md §14):
# `auditor` holds no permission that writes, `admin` none that opens a case or a person.
GRANTS: Mapping[str, frozenset[Permission]] = MappingProxyType(
    {
        GRID_WORKER.code: _FIELD,
        GRID_HEAD.code: _FIELD,
        COMMUNITY_WORKER.code: _OFFICE,
        COMMUNITY_SECRETARY.code: _OFFICE | {Permission.PEOPLE_APPROVE, Permission.CERTIFICATE_SEAL},
        STREET_STAFF.code: _FIELD
        | {Permission.EXPORT, Permission.PEOPLE_APPROVE, Permission.TASK_READ, Permission.TASK_SEND},
        # No board: it would count the whole district, and a department reads only what was dispatched to it.
        DEPARTMENT_STAFF.code: frozenset(
            {
                Permission.CASE_READ,
                Permission.CASE_WORK,
                Permission.NOTE_WRITE,
                Permission.TASK_READ,
                Permission.TASK_SEND,
            }
        ),
        CIVIL_AFFAIRS.code: frozenset(
            {
                Permission.CASE_READ,
                Permission.CASE_WORK,
                Permission.NOTE_WRITE,
                Permission.DASHBOARD_READ,
                Permission.CATALOGUE_MANAGE,
                Permission.EXPORT,
                Permission.TASK_READ,
                Permission.TASK_SEND,
                Permission.TASK_SUPERVISE,
            }
        ),
        LEGAL_REVIEW.code: frozenset({Permission.CATALOGUE_CHECK, Permission.TASK_READ}),
        ORGANISATION.code: frozenset(
            {
                Permission.CATALOGUE_APPROVE,
                Permission.DASHBOARD_READ,
                Permission.TASK_READ,
                Permission.TASK_SUPERVISE,
            }
        ),
        RESTRICTED_CARE.code: frozenset({Permission.PEOPLE_READ, Permission.PEOPLE_RESTRICTED}),
        AUDITOR.code: frozenset(
            {
                Permission.CASE_READ,
                Permission.DASHBOARD_READ,
                Permission.PEOPLE_READ,
                Permission.AUDIT_READ,
                Permission.TASK_READ,
            }
        ),
        ADMIN.code: frozenset({Permission.AREAS_MANAGE, Permission.ACCOUNTS_MANAGE, Permission.CATALOGUE_MANAGE}),
        RESIDENT.code: frozenset({Permission.REPORT_CREATE}),
    }
)


def permissions_of(role: str) -> frozenset[Permission]:
    """What this role may do; nothing for a code that no longer exists."""
    return GRANTS.get(role, frozenset())


def reads_only(role: str) -> bool:
    """Whether the role exists to look, never to change."""
    return role == AUDITOR.code

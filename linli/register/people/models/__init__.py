"""The register of people: one noun per file."""

from linli.register.people.models.change import Change
from linli.register.people.models.contact import Contact
from linli.register.people.models.correction import Correction
from linli.register.people.models.event import PopulationEvent
from linli.register.people.models.headcount import Headcount
from linli.register.people.models.household import Household
from linli.register.people.models.party import Party
from linli.register.people.models.person import Person
from linli.register.people.models.removed import Removed
from linli.register.people.models.request import SubjectRequest
from linli.register.people.models.spell import Spell
from linli.register.people.models.staged import MadeHome, Staged, StagedCell
from linli.register.people.models.tag import RestrictedTag, Tag
from linli.register.people.models.tenure import Tenure
from linli.register.people.models.transfer import Transfer
from linli.register.people.models.unread import UnreadCell

__all__ = [
    "Change",
    "Contact",
    "Correction",
    "Headcount",
    "Household",
    "MadeHome",
    "Party",
    "Person",
    "PopulationEvent",
    "Removed",
    "RestrictedTag",
    "Spell",
    "Staged",
    "StagedCell",
    "SubjectRequest",
    "Tag",
    "Tenure",
    "Transfer",
    "UnreadCell",
]

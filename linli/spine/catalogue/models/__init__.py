"""The tables of the catalogue."""

from linli.spine.catalogue.models.basis import Basis
from linli.spine.catalogue.models.form import Form
from linli.spine.catalogue.models.matter import EventClass, Matter, MatterQuerySet
from linli.spine.catalogue.models.matter_list import Category, ListStep, MatterList, MatterListQuerySet

__all__ = [
    "Basis",
    "Category",
    "EventClass",
    "Form",
    "ListStep",
    "Matter",
    "MatterList",
    "MatterListQuerySet",
    "MatterQuerySet",
]

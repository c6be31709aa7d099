"""Visits: who looks after whom, and what was found at the door."""

from linli.apps.visits.models.assignment import Assignment
from linli.apps.visits.models.visit import Outcome, Visit, VisitPhoto, Way

__all__ = ["Assignment", "Outcome", "Visit", "VisitPhoto", "Way"]

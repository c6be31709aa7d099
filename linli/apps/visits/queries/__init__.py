"""Reading visits: who is due, who is assigned, what was found, and the monthly rate."""

from linli.apps.visits.queries.history import of_person
from linli.apps.visits.queries.plan import Due, due, due_of_worker, unassigned

__all__ = ["Due", "due", "due_of_worker", "of_person", "unassigned"]

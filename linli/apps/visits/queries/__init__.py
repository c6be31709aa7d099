"""Reading visits: who is due, who is assigned, what was found, and the monthly rate."""

from linli.apps.visits.queries.due import Due, due, due_of_worker, unassigned
from linli.apps.visits.queries.history import of_person

__all__ = ["Due", "due", "due_of_worker", "of_person", "unassigned"]

"""The flow tables of admission: an application (准入申请), and a task handed down (交办). Pure: no Django."""

from linli.apps.admission.flow.application import APPLICATION, APPLICATION_REASONS
from linli.apps.admission.flow.task import CORRECTIONS, REFUSALS_LATE, REFUSALS_OFF_LIST, TASK, TASK_REASONS

__all__ = [
    "APPLICATION",
    "APPLICATION_REASONS",
    "CORRECTIONS",
    "REFUSALS_LATE",
    "REFUSALS_OFF_LIST",
    "TASK",
    "TASK_REASONS",
]

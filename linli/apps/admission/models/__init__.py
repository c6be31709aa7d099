"""The tables of admission."""

from linli.apps.admission.models.agreement import Agreement, Arrival, Clause, Guarantee, GuaranteeKind
from linli.apps.admission.models.application import (
    Applicant,
    Application,
    ApplicationBasis,
    Objection,
    OfferedGuarantee,
    Opinion,
    year_after,
)
from linli.apps.admission.models.burden import Standing, TaskTally
from linli.apps.admission.models.evaluation import Evaluation, Score
from linli.apps.admission.models.task import Handing, HandingFile, Task, TaskFile
from linli.spine.catalogue.models import Form

__all__ = [
    "Agreement",
    "Applicant",
    "Application",
    "ApplicationBasis",
    "Arrival",
    "Clause",
    "Evaluation",
    "Form",
    "Guarantee",
    "GuaranteeKind",
    "Handing",
    "HandingFile",
    "Objection",
    "OfferedGuarantee",
    "Opinion",
    "Score",
    "Standing",
    "Task",
    "TaskFile",
    "TaskTally",
    "year_after",
]

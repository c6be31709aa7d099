"""Facts of an incident (事件) beyond its case."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from linli.spine.cases.models import Case


class Incident(models.Model):
    """What was reported, in the reporter's words, and how well the place is known.

    Personal data: `text` may name people; shown inside the scope of the case only.
    """

    class Found(models.TextChoices):
        POINT = "point", _("a point on the map")
        WORDS = "words", _("the words of the address")
        LIST = "list", _("chosen from the list")
        POST = "post", _("the reporter's post")

    case = models.OneToOneField(Case, on_delete=models.PROTECT, primary_key=True, related_name="incident")
    text = models.TextField()
    found_by = models.CharField(max_length=10, choices=Found.choices)
    metres_off = models.PositiveIntegerField(
        default=0, help_text="How far the point lay from the nearest community, when it lay outside every one."
    )

    PERSONAL = {"text": "personal"}

    def __str__(self) -> str:
        return f"incident {self.case_id}"


class ReportCount(models.Model):
    """How many reports and code tries came from one address in one hour: the brake on floods. Emptied daily."""

    PERSONAL = {"key": "personal"}

    key = models.CharField(max_length=80)
    hour = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "hour"], name="incidents_one_count")]

    def __str__(self) -> str:
        return f"{self.key} {self.hour}: {self.count}"

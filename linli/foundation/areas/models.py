"""Where things are: the tree of areas, their boundaries through time, and what became of split and merged grids.

No personal data in any field. Areas and boundaries are never deleted; they end on a date.
"""

from collections.abc import Mapping
from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Left, Length
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from linli.lib import codes
from linli.lib.prefix import within


class Level(models.TextChoices):
    """The seven levels; the first five are the national list's, the last two are the place's own grids."""

    PROVINCE = "province", _("Province")
    CITY = "city", _("City")
    DISTRICT = "district", _("District")
    STREET = "street", _("Street")
    COMMUNITY = "community", _("Community")
    GRID = "grid", _("Grid")
    SUBGRID = "subgrid", _("Sub-grid")

    @property
    def digits(self) -> int:
        """How many digits a code of this level has (2, 4, 6, 9, 12, 15 or 18)."""
        return next(digits for level, digits in codes.LENGTHS.items() if level == self.value)

    @property
    def below(self) -> "Level | None":
        """The next finer level; None under a sub-grid."""
        levels = list(Level)
        position = levels.index(self) + 1
        return levels[position] if position < len(levels) else None


GRID_LEVELS = (Level.GRID, Level.SUBGRID)


class GridKind(models.TextChoices):
    """Basic grids cover homes; dedicated ones a campus, an estate or a market (domain.md §3.1)."""

    BASIC = "basic", _("Basic grid")
    DEDICATED = "dedicated", _("Dedicated grid")


def _is_code(text: str) -> bool:
    """Whether codes may begin like this; what comes out of an address bar need not."""
    return len(text) <= Level.SUBGRID.digits and codes.DIGITS.fullmatch(text) is not None


class AreaQuerySet(models.QuerySet["Area"]):
    def within(self, area_id: str) -> Self:
        """The area `area_id` and everything in it; nothing for a code that cannot be one, such as the empty one."""
        return self.filter(**within("id", area_id)) if _is_code(area_id) else self.none()

    def current(self, on: date) -> Self:
        """Areas that exist on the day `on`."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on), valid_from__lte=on)

    def grids(self) -> Self:
        """First- and second-level grids."""
        return self.filter(level__in=GRID_LEVELS)


class Area(models.Model):
    """One area. Its key is the national 12-digit code cut to its significant digits, or a longer grid code.

    A subtree is a prefix of the key. `valid_to` is the first day on which the area no longer exists.

    No personal data.
    """

    id = models.CharField(primary_key=True, max_length=18)
    name = models.CharField(max_length=120)
    level = models.CharField(max_length=12, choices=Level.choices)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    kind = models.CharField(max_length=12, choices=GridKind.choices, blank=True, default="")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    objects = AreaQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["level", "id"], name="area_level")]
        constraints = [
            *(
                models.CheckConstraint(
                    condition=~Q(level=level.value) | Q(Exact(Length("id"), level.digits)),
                    name=f"area_{level.value}_code_length",
                )
                for level in Level
            ),
            models.CheckConstraint(condition=Q(level__in=Level.values), name="area_level_known"),
            models.CheckConstraint(
                condition=Q(level=Level.PROVINCE, parent__isnull=True)
                | (~Q(level=Level.PROVINCE) & Q(parent__isnull=False)),
                name="area_parent_unless_province",
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | Q(Exact(Left("id", Length("parent_id")), F("parent_id"))),
                name="area_code_begins_with_parent",
            ),
            models.CheckConstraint(
                condition=Q(level__in=GRID_LEVELS, kind__in=GridKind.values) | (~Q(level__in=GRID_LEVELS) & Q(kind="")),
                name="area_kind_for_grids_only",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="area_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_grid(self) -> bool:
        """Whether this is a first- or second-level grid."""
        return self.level in GRID_LEVELS

    @property
    def full_name(self) -> str:
        """The names from the province down, one query; on lists use `named_from` with `queries.path_names`."""
        return self.named_from(dict(Area.objects.filter(id__in=codes.ancestors(self.id)).values_list("id", "name")))

    def named_from(self, names: Mapping[str, str]) -> str:
        """The full name put together from `names` (code to name) without a query; unknown codes are left out."""
        return "".join(names[code] for code in codes.ancestors(self.id) if code in names)


class BoundaryQuerySet(models.QuerySet["Boundary"]):
    def within(self, area_id: str) -> Self:
        """Boundaries of `area_id` and of everything in it; nothing for a code that cannot be one."""
        return self.filter(**within("area_id", area_id)) if _is_code(area_id) else self.none()

    def current(self, on: date) -> Self:
        """Boundaries in force on the day `on`."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on), valid_from__lte=on)


class Boundary(models.Model):
    """Where an area's edge ran between two dates, as a GeoJSON Polygon or MultiPolygon in WGS-84 degrees.

    `valid_to` is the first day on which the edge no longer holds. `area_m2` is on the ellipsoid, to the square metre.

    No personal data.
    """

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="boundaries")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    geometry = models.JSONField()
    area_m2 = models.PositiveBigIntegerField()
    source = models.CharField(max_length=200)

    objects = BoundaryQuerySet.as_manager()

    class Meta:
        ordering = ["area_id", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["area"], condition=Q(valid_to__isnull=True), name="boundary_one_open_per_area"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="boundary_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.area_id} {self.valid_from}"


class LineageKind(models.TextChoices):
    """Why one grid follows another."""

    SPLIT = "split", _("Split")
    MERGE = "merge", _("Merge")


class Lineage(models.Model):
    """On the day `on`, the grid `before` ended and `after` took over all or part of its ground. No personal data."""

    before = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="successors")
    after = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="predecessors")
    on = models.DateField()
    kind = models.CharField(max_length=12, choices=LineageKind.choices)

    class Meta:
        ordering = ["on", "before_id", "after_id"]
        constraints = [
            models.UniqueConstraint(fields=["before", "after"], name="lineage_once"),
            models.CheckConstraint(condition=~Q(before=F("after")), name="lineage_between_two"),
        ]

    def __str__(self) -> str:
        return f"{self.before_id} → {self.after_id}"


class BoundaryVersion(models.Model):
    """One row, whose stamp is drawn anew in the same transaction as any change of boundaries, areas or names.

    Every process compares it with the stamp its in-memory map was built from. Random and not counted up: after a
    restored backup or a rolled-back transaction a count would come round again with different boundaries.

    No personal data.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    stamp = models.CharField(max_length=32)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="boundary_version_single_row")]

    def __str__(self) -> str:
        return self.stamp

"""What comes in with a report or a move, turned into what the actions take: photos, units and matters by code."""

from collections.abc import Sequence
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import Field

from linli.foundation.accounts.actors import Actor
from linli.foundation.accounts.models import Unit
from linli.foundation.files.models import StoredFile
from linli.lib.errors import Invalid
from linli.sites.api.fields import FileId, Given, Note, Seq, example
from linli.spine.cases.kinds import Inputs
from linli.spine.cases.models import Case
from linli.spine.catalogue import queries as catalogue
from linli.spine.catalogue.models import Matter

MOST_PHOTOS = 9


class ReporterMoveIn(Given):
    """What the reporter gives with a move."""

    seq: Seq | None = Field(None, description="The `seq` that was read; another one is refused with 409.")
    public_note: Note = Field("", description="Words that the community and the resident read.")
    satisfaction: int | None = Field(None, strict=True, ge=1, le=3, description="1 bad, 2 fair, 3 good.")
    photos: list[FileId] = Field([], max_length=MOST_PHOTOS, description="Ids that POST /files gave to you.")


class MoveIn(ReporterMoveIn):
    """What staff give with a move. Which fields are needed stands at GET /cases/{number}/moves."""

    model_config = example({"seq": 2, "unit": "dept-urban", "note": "请今天去看。"}) | {"extra": "forbid"}

    note: Note = Field("", description="Internal; never shown to residents.")
    reason: str = Field("", max_length=30, description="The code of a reason of this move.")
    unit: str = Field("", max_length=40, description="The code of the unit that gets the case.")
    matter: str = Field("", max_length=60, description="The code of the matter that it becomes.")
    days: int = Field(0, strict=True, ge=0, le=60, description="Working days asked for.")


def of_reporter(given: ReporterMoveIn, photos: tuple[StoredFile, ...]) -> Inputs:
    """The reporter's inputs."""
    return Inputs(public_note=given.public_note, satisfaction=given.satisfaction, photos=photos)


def of_staff(given: MoveIn, case: Case, photos: tuple[StoredFile, ...]) -> Inputs:
    """Staff's inputs. Raises Invalid for a unit or a matter that is not offered in the area of the case."""
    return Inputs(
        note=given.note,
        public_note=given.public_note,
        reason=given.reason,
        unit=_unit(given.unit, case) if given.unit else None,
        matter=matter_here(given.matter, case.area_id) if given.matter else None,
        photos=photos,
        days=given.days,
        satisfaction=given.satisfaction,
    )


def _unit(code: str, case: Case) -> Unit:
    for unit in catalogue.units_for(case.area_id):
        if unit.code == code:
            return unit
    raise Invalid(fields={"unit": _("There is no such unit for this area.")})


def matter_here(code: str, area_id: str) -> Matter:
    """The matter with this code that is offered in the area today. Raises Invalid."""
    matter = catalogue.one(code, area_id, timezone.localdate())
    if matter is None:
        raise Invalid(fields={"matter": _("There is no such matter for this area.")})
    return matter


def held_photos(ids: Sequence[str], by: Actor) -> tuple[StoredFile, ...]:
    """The caller's own uploads, in the order given, locked so that no sweep takes them before they are linked.

    Call inside the transaction that links them. Raises Invalid when one is gone, or was not the caller's.
    """
    wanted = list(dict.fromkeys(UUID(one) for one in ids))
    if not wanted:
        return ()
    rows = StoredFile.objects.select_for_update().filter(pk__in=wanted, uploaded_by_id=by.user_id)
    found = {row.pk: row for row in rows.order_by("pk")}
    if len(found) < len(wanted):
        text = _("A photo is not there (any more), or was not sent by you. Send it again with POST /files.")
        raise Invalid(fields={"photos": text})
    return tuple(found[one] for one in wanted)

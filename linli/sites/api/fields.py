"""The bounded scalars of the API: nothing comes in without a largest size, nothing a database cannot store."""

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, Strict

from linli.apps.incidents.flow import INCIDENT
from linli.spine.cases.queries import DUES, FACETS, VIEWS
from linli.spine.catalogue.models import EventClass

UUID_PATTERN: Final = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"

MOST_ROWS: Final = 100

AreaId = Annotated[
    str,
    Field(
        pattern="^[0-9]{2,18}$",
        max_length=18,
        description="The code of an area: 2, 4, 6, 9 or 12 digits of the national list, 15 or 18 for a grid.",
        examples=["320105001001"],
    ),
]
AreaIdOrNone = Annotated[
    str,
    Field(
        pattern="^([0-9]{2,18})?$",
        max_length=18,
        description="The code of an area, or the empty text.",
        examples=["320105001001"],
    ),
]
CaseNumber = Annotated[
    str, Field(pattern="^[0-9]{13,16}$", max_length=16, description="A case number.", examples=["2026112300001"])
]
MatterCode = Annotated[
    str,
    Field(
        pattern="^[a-z0-9_.-]{1,60}$",
        max_length=60,
        description="The code of a matter on a published list.",
        examples=["dispute.neighbour"],
    ),
]
MoveName = Annotated[
    str, Field(pattern="^[a-z_]{1,20}$", max_length=20, description="The name of a move.", examples=["accept"])
]
FileId = Annotated[
    str,
    Field(
        pattern=f"^{UUID_PATTERN}$",
        max_length=36,
        description="The id that POST /files gave.",
        examples=["6b1f1f9e-0b0e-4d63-9a3e-3f6a4f0c2d11"],
    ),
]
SubmissionKey = Annotated[
    str,
    Field(
        pattern=f'^("?{UUID_PATTERN}"?)?$',
        max_length=38,
        # No example: whoever copied it would get the receipt of somebody else who did.
        description="A random UUID, made anew for each report; the same key again gives the first answer again.",
    ),
]
# 64 as the longest that `normal_tracking_code` looks at.
TrackingCode = Annotated[
    str,
    Field(
        min_length=1,
        max_length=64,
        description="The code of the receipt; case, spaces and dashes do not matter.",
        examples=["7K2M-Q9XA-04TZ"],
    ),
]
Note = Annotated[str, Field(max_length=2000)]
Lon = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False, examples=[118.7459])]
Lat = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False, examples=[32.0329])]
Coordinates = Annotated[
    Literal["wgs84", "gcj02"],
    Field(description="`gcj02` for points from Chinese map apps; answers are always WGS-84 (= CGCS2000)."),
]
Size = Annotated[int, Field(ge=1, le=MOST_ROWS, description="How many rows at most.")]
Cursor = Annotated[
    str,
    Field(
        pattern="^([0-9]{1,18}-[0-9]{1,18})?$",
        max_length=40,
        description="`after` of the page before; empty for the first page.",
    ),
]
Seq = Annotated[int, Strict(), Field(ge=0, le=1_000_000)]
Yes = Annotated[bool, Strict()]

StateCode = Annotated[str, Field(max_length=20, json_schema_extra={"enum": [one.code for one in INCIDENT.states]})]
ClassCode = Annotated[str, Field(max_length=20, json_schema_extra={"enum": list(EventClass.values)})]


def one_of(*values: str) -> str:
    """A pattern that lets through one of these words or nothing, for query parameters."""
    return f"^({'|'.join(values)})?$"


VIEW_PATTERN: Final = one_of(*VIEWS)
DUE_PATTERN: Final = one_of(*DUES)
FACET_PATTERN: Final = one_of(*FACETS)
STATE_PATTERN: Final = one_of(*(one.code for one in INCIDENT.states))
CLASS_PATTERN: Final = one_of(*EventClass.values)
MONTH_PATTERN: Final = "^(20[0-9]{2}-(0[1-9]|1[0-2]))?$"


class Given(BaseModel):
    """What comes in: a field that we do not know is an error, because it was meant to do something."""

    model_config = ConfigDict(extra="forbid")


class Answer(BaseModel):
    """What goes out."""


def example(value: dict[str, Any]) -> ConfigDict:
    """The model configuration that shows one whole example in the documentation."""
    return ConfigDict(json_schema_extra={"examples": [value]})

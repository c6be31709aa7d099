"""In which ways a column may be told to who asks for a form: as it is, masked, in bands, or not at all.

Which ways a column has follows from what it holds; each way makes more people look alike than the one before it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from linli.foundation.rules import queries as rules
from linli.insight.forms.column import AskedColumn
from linli.insight.ledgers import columns as ledger_columns
from linli.insight.population.discretion import Discretion
from linli.lib.chinese import mask_name
from linli.lib.filling import Value


class Way(models.TextChoices):
    """How a column is told, from the most telling to nothing."""

    AS_IS = "as_is", _("as it is")
    MASKED = "masked", _("masked")
    BANDED = "banded", _("in bands")
    BLANK = "blank", _("left empty")


WHOLE: Final = (Way.AS_IS, Way.MASKED, Way.BLANK)
BANDS: Final = (Way.AS_IS, Way.BANDED, Way.BLANK)
PLAIN: Final = (Way.AS_IS, Way.BLANK)
NAMES: Final = frozenset({"name", "head", "account_name"})
PLACES: Final = frozenset({"address", "registered_address", "place"})
COUNT: Final = "count"
BANDED: Final = frozenset({"born", "born_month", "age", COUNT, *PLACES})
#: A door, or words in which anybody may be named: left empty unless a person chooses otherwise.
OWN_WORDS: Final = frozenset(
    {
        *("workplace", "school", "share", "other_contact", "household_number", "tag_basis", "certificate", "title"),
        *("building", "entrance", "floor", "room", "text", "need"),
    }
)
BAND_YEARS: Final = 10


@dataclass(frozen=True)
class Told:
    """A column of a form and the way in which it is told."""

    id: str
    name: str
    way: Way


def _attribute(column: AskedColumn) -> str:
    """What a column holds, of whomever: the name of a guardian is told like any name, a fact by its own name."""
    return (column.attribute or column.key).rpartition(".")[2]


def is_sensitive(column: AskedColumn) -> bool:
    """Whether telling it in full needs who approves exports."""
    return column.is_held and column.level == "sensitive"


def names_people(column: AskedColumn) -> bool:
    """Whether a column holds names."""
    return _attribute(column) in NAMES


def is_withheld(column: AskedColumn, never: Collection[str]) -> bool:
    """Whether the item says that the community does not give what this column holds."""
    return column.is_held and _attribute(column) in never


def ways_of(column: AskedColumn) -> Sequence[Way]:
    """The ways in which a column can be told, the most telling first."""
    attribute = _attribute(column)
    if not column.is_held:
        return PLAIN
    if is_sensitive(column) or attribute in NAMES:
        return WHOLE
    return BANDS if attribute in BANDED else PLAIN


def cautious(column: AskedColumn) -> Way:
    """The way that is offered first: nobody is named, and nobody stands out by a day or a door."""
    if _attribute(column) in OWN_WORDS:
        return Way.BLANK
    ways = ways_of(column)
    return Way.BLANK if is_sensitive(column) else ways[1] if len(ways) > 2 else ways[0]


def way_of_counts(column: AskedColumn) -> Way:
    """In which way a column is counted: in bands where it has them; not at all where each value is somebody's own."""
    attribute = _attribute(column)
    if is_sensitive(column) or attribute in NAMES or attribute in OWN_WORDS:
        return Way.BLANK
    return Way.BANDED if Way.BANDED in ways_of(column) else Way.AS_IS


def tell(column: AskedColumn, value: Value, way: Way) -> Value:
    """The value of a cell as it leaves."""
    if way == Way.AS_IS or value is None or value == "":
        return value
    if way == Way.MASKED:
        # Numbers come masked from the register unless they were asked for in full; masking twice hides no less.
        return masked(column, str(value))
    return banded(column, value) if way == Way.BANDED else None


def masked(column: AskedColumn, text: str) -> str:
    """A name without its given name, a number with its ends only."""

    if not is_sensitive(column):
        return mask_name(text)
    return text if "*" in text else ledger_columns.masked(_attribute(column), text)


def banded(column: AskedColumn, value: Value) -> Value:
    """Ten years for an age, the year for a birthday, the street or estate for a door, a step for a figure."""
    attribute = _attribute(column)
    if attribute in ("born", "born_month"):
        text = value.isoformat() if isinstance(value, date) else str(value)
        return f"{text[:4]}年" if text[:4].isdigit() else None
    if attribute == "age":
        return _band_of(int(value)) if isinstance(value, (int, float)) else None
    return _few(value) if attribute == COUNT else place(str(value))


def _few(value: Value) -> Value:
    """A figure in steps, few as “<5”: what a person may not be worked out from."""
    if not isinstance(value, (int, float)):
        return value
    least = int(rules.params("forms.release", "", timezone.localdate())["least"])
    told = Discretion(least).coarse(round(value))
    return f"<{least}" if told == 1 else told


def _band_of(age: int) -> str:
    low = age // BAND_YEARS * BAND_YEARS
    return "90岁及以上" if low >= 90 else f"{low}—{low + BAND_YEARS - 1}岁"


def place(words: str) -> str:
    """An address down to its street or estate: what stands before the first number."""
    first = next((at for at, letter in enumerate(words) if letter.isdigit()), len(words))
    return words[:first] + ("***" if first < len(words) else "")


def id_of(column: AskedColumn) -> str:
    """By what a column is known in a choice: its place among all columns of the form."""
    return str(column.at)


def read(kept: Sequence[Sequence[str]]) -> Mapping[str, Told]:
    """A choice as it is kept: [[column, heading, way], …]. Ways that are none count as nothing."""
    found = (Told(str(one[0]), str(one[1]), Way(one[2])) for one in kept if len(one) == 3 and one[2] in Way.values)
    return {one.id: one for one in found}

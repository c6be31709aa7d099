"""What is wrong with a cell, in words: the check keeps codes, so that every reader reads them in their language."""

import json
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from linli.foundation.imports.models import Batch
from linli.register.people.importing.names import MAY_BE
from linli.register.people.importing.rows import errors_of
from linli.register.people.models import StagedCell

_SENTENCES: Final[dict[str, Callable[[], str]]] = {
    "not_in_table": lambda: _("“%(text)s” is not in the table. Choose one of its entries."),
    "no_day": lambda: _("“%(text)s” is not a day. Write year-month-day, for example 1958-03-02."),
    "future_day": lambda: _("This day lies in the future."),
    "too_early": lambda: _("This day lies too far back."),
    "long": lambda: _("At most %(n)s characters; these are %(had)s."),
    "phone": lambda: _(
        "A mobile number has 11 digits and begins with 1, a fixed line has 7 to 12; this has %(digits)s digits."
    ),
    "damaged_number": lambda: _(
        "Excel has turned this number into 1.38E+10: its digits are lost. Type it again as text."
    ),
    "damaged_identity": lambda: _(
        "Excel has rounded this identity number: the last digits are lost. Type it again in a cell formatted as text."
    ),
    "identity_old": lambda: _("This is an old number of 15 digits. Ask for the card of today, which has 18."),
    "identity_length": lambda: _("An identity number has 18 characters; this one has %(n)s."),
    "identity_form": lambda: _("An identity number is 17 digits and then a digit or X."),
    "identity_digit": lambda: _("The last character does not fit: one of the digits is mistyped."),
    "identity_birthday": lambda: _("The birthday in this number does not exist or lies in the future."),
    "identity_says_day": lambda: _("The number of the identity card says %(day)s."),
    "kind_by_number": lambda: _(
        "This number belongs to another kind of document than “%(text)s”. It was entered as what the number says."
    ),
    "no_building": lambda: _("This address names no building, and the remark has no room for it."),
    "identity_says_sex": lambda: _("The number of the identity card says otherwise."),
    "document_short": lambda: _("This number is too short for a document."),
    "name_missing": lambda: _("A person needs a name. If it is not known, write 不详."),
    "uncomputed": lambda: _(
        "The value of this formula was never computed. Type it, or open the file in Excel or WPS, save it and upload "
        "it again."
    ),
    "name_nobody": lambda: _("“%(text)s” is nobody's name. Write the person's, or leave the row out."),
    "name_several": lambda: _("There are several people in this cell. Give each a row of their own."),
    "name_digits": lambda: _("There are digits in this name. Correct it, or say that it is the name."),
    "name_brackets": lambda: _("There is a remark in this name. Take it out, or say that it belongs to the name."),
    "name_hidden": lambda: _("A part of this name is hidden. Write the whole name, or leave the row out."),
    "name_long": lambda: _("A name has at most %(most)s characters."),
    "hidden": lambda: _("Parts of this number are hidden: it is not a number to keep. What is held stays."),
    "phone_more": lambda: _("There is more in this cell than the numbers that were taken."),
    "ditto": lambda: _("“%(text)s” stands for the row above, and there is nothing to take from it."),
    "too_long": lambda: _("This has %(n)s characters; at most %(most)s are kept here. Shorten it."),
    "no_division": lambda: _("There is no such division. Type its name, 南京市建邺区, or its code."),
    "yes_or_no": lambda: _("Does “%(text)s” mean yes or no?"),
    "contradicts": lambda: _("“%(text)s” contradicts what another column of this row says of the group."),
    "name_formula": lambda: _("This is not a name but the beginning of a formula."),
    "no_group": lambda: _("“%(text)s” is none of the special groups."),
    "restricted_group": lambda: _("This group is not imported from sheets; the officer in charge enters it."),
    "grid_unknown": lambda: _("There is no grid “%(text)s” in this area."),
    "grid_ambiguous": lambda: _("Several grids are called “%(text)s”. Write the code of the grid."),
    "grid_missing": lambda: _("The address does not say the grid. Add a column with the grid, or choose one for all."),
    "building_unknown": lambda: _("The register has no such building. Correct the address, or allow new homes."),
    "dwelling_unknown": lambda: _("The register has no such door. Correct the address, or allow new homes."),
    "dead": lambda: _("The register says that this person has died."),
    "event_unknown": lambda: _(
        "“%(text)s” is no event or state that is known. Say once, on the page of words, what it means; or write 死亡, "
        "迁出, 流出, 在册."
    ),
    "events_differ": lambda: _("The columns of this row say different things of what happened."),
    "event_on_page": lambda: _("This event is entered on the page of the person or the household."),
    "event_day_missing": lambda: _("Say on which day: a column 死亡日期, 迁出日期 or 变动日期 is missing here."),
    "birth_other_day": lambda: _("The birthday of this row is %(day)s: that is not the day of this birth."),
    "event_before_birth": lambda: _("This day lies before the birthday."),
    "note_says_event": lambda: _("The remark says “%(text)s”: use it as the column 变动类型, or correct it."),
    "ended_nobody": lambda: _("The register does not know this person, so nothing of them can end or change."),
    "ended_dead": lambda: _("The register says that this person died on %(day)s."),
    "ended_gone": lambda: _("The register says that this person left on %(day)s."),
    "key_unknown": lambda: _(
        "The hidden key of this row fits nobody here: the file may be of another register. Empty the key (_linli) and "
        "write the whole number, or leave the row out."
    ),
    "key_twice": lambda: _(
        "Several rows have this hidden key (_linli). Keep it in one of them; a new person has none."
    ),
    "key_masked": lambda: _("Parts of this number are hidden, and it is not what was exported. Type the whole number."),
    "key_other": lambda: _("By its hidden key this row is somebody else than by its number. Correct one of the two."),
    "second_head": lambda: _("This household has a head already, in a row above."),
    "household_has_head": lambda: _("This household has a head in the register already."),
    "head_change": lambda: _("A change of the head is an event: enter it on the page of the household."),
}

REASONS: Final[dict[str, Callable[[], str]]] = {
    "identity": lambda: _("same document"),
    "name_differs": lambda: _("another name"),
    "key": lambda: _("row of an own export"),
    "changed_since": lambda: _("changed in the register since the export"),
    "identity_near": lambda: _("documents differ in a digit or two"),
    "name": lambda: _("same name"),
    "sound": lambda: _("same sound of the name"),
    "name_like": lambda: _("similar name"),
    "born": lambda: _("same birthday"),
    "born_near": lambda: _("nearly the same birthday"),
    "door": lambda: _("same door"),
    "address_like": lambda: _("similar address"),
    "phone": lambda: _("same phone"),
}


def sentence(code: str, values: Mapping[str, Any]) -> str:
    """What a refusal of the check says."""
    say = _SENTENCES.get(code)
    return say() % dict(values) if say else code


def sentences_of(errors: str) -> dict[str, str]:
    """The errors of a staged row: field → sentence."""
    return {name: sentence(code, values) for name, (code, values) in errors_of(errors).items()}


def may_be_name(errors: str) -> bool:
    """Whether somebody may say that what stands in the cell of the name is one."""
    return errors_of(errors).get("name", ("", {}))[0] in MAY_BE


def unread_sentences(batch: Batch, rows: Collection[int] | None = None) -> dict[int, dict[str, str]]:
    """Row → field → why its cell could not be read, of these rows or of all."""
    cells = StagedCell.objects.filter(batch=batch)
    if rows is not None:
        cells = cells.filter(row__in=rows)
    found: dict[int, dict[str, str]] = {}
    for row, field, reason in cells.values_list("row", "field", "why").iterator(2000):
        found.setdefault(row, {})[field] = sentence(*json.loads(reason))
    return found


def why(reason: str) -> str:
    """Why two may be one, in words: 同名、同生日、同一门牌."""
    return "、".join(REASONS[part]() if part in REASONS else part for part in reason.split())

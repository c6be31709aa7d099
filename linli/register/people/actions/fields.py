"""Setting what stays true of a person, with the trace of every difference: the one way to change a field."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.foundation import vault
from linli.foundation.accounts.actors import Actor
from linli.foundation.areas.models import Area
from linli.lib import citizen_id, divisions, pinyin
from linli.lib.chinese import clip, fold, mobile, tidy
from linli.lib.days import as_known, day_words, fits, precision_of, read_partial_day
from linli.lib.errors import Invalid, Stale
from linli.lib.prefix import within
from linli.register.people import codes, documents
from linli.register.people.actions.identities import not_known_already
from linli.register.people.models import Change, Correction, Person

#: The fields that may be set, and how their text is read. Spells set the rest.
TEXTS = {"name": 60, "workplace": 120, "other_contact": 60, "registered_address": 200, "note": 300}
CODES = {
    "sex": "sex",
    "ethnic": "ethnic",
    "education": "education",
    "political": "political",
    "employment": "employment",
    "identity_kind": "identity_kind",
    "inflow_reason": "inflow_reason",
    "nationality": "nationality",
}
PHONES = ("phone", "other_phone")
#: In the order in which pages show them. `match` and `marital` are facts of a spell, set by events.
EDITABLE = (
    "name",
    "identity_kind",
    "identity",
    "sex",
    "born",
    "ethnic",
    "nationality",
    "phone",
    "other_contact",
    "other_phone",
    "education",
    "political",
    "employment",
    "workplace",
    "registered_area",
    "registered_address",
    "inflow_reason",
    "note",
)
SEALED = {"identity": vault.IDENTITY, "phone": vault.PHONE, "other_phone": vault.PHONE}
CITIZEN, WITHOUT = documents.CITIZEN, documents.WITHOUT
#: What a code says that was left empty.
NOT_SAID = {"sex": "0", "identity_kind": WITHOUT, "nationality": "CHN"}
MASK = "*"
LONGEST_DOCUMENT = 30


def clean(given: Mapping[str, Any], *, today: date, known: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Bring typed values to the form the register keeps; raises Invalid with a sentence for each field that cannot be.

    Texts are tidied, codes checked against their tables (words are taken, too), phones and numbers of documents brought
    to their normal form. A citizen's number decides birthday and sex: contradictions are refused, blanks filled.
    `known` are the values that stay (the person as it is), for the checks that need two fields.
    """
    found: dict[str, Any] = {}
    errors: dict[str, object] = {}
    for field, value in given.items():
        try:
            found[field] = clean_one(field, value, today)
        except Invalid as refusal:
            errors.update(refusal.fields)
    # All errors in one round: what could be read is checked against each other, too.
    if not errors.keys() & {"identity", "identity_kind"}:
        errors = {**_identity({**(known or {}), **found}, found, today), **errors}
    if errors:
        raise Invalid(fields=errors)
    return found


def clean_one(field: str, value: Any, today: date) -> Any:
    """Bring one typed value to the form the register keeps; raises Invalid for that field."""
    if field in TEXTS:
        text = tidy(str(value or ""))
        if len(text) > TEXTS[field]:
            raise Invalid(
                fields={
                    field: _("At most %(n)s characters; these are %(had)s.") % {"n": TEXTS[field], "had": len(text)}
                }
            )
        if field == "name" and not text:
            raise Invalid(fields={"name": _("A person needs a name. If it is not known, write 不详.")})
        return text
    if field in CODES:
        return _code(field, value, today)
    if field in PHONES:
        return _phone(field, str(value or ""))
    if field == "identity":
        return _document(str(value or ""))
    if field == "registered_area":
        return division(str(value or ""))
    if field == "born":
        return _day(value, today)
    raise Invalid(fields={field: _("This field cannot be set.")})


def division(text: str) -> str:
    """The code of the division that a code or a name means, "" for nothing; raises Invalid where none or several are.

    Nine and twelve digits name a street and a community of it: where the register knows the county's, one of those.
    """
    typed = fold(text).strip()
    if not typed:
        return ""
    code = divisions.code_in(typed)
    if code and divisions.known(code) is not None and not _is_no_area(code):
        return code
    found = [] if code else divisions.find(typed)
    if len(found) == 1:
        return found[0].code
    if found:
        text = _("Several divisions are called so. Choose one: %(some)s.")
        raise Invalid(fields={"registered_area": text % {"some": "；".join(str(one) for one in found[:5])}})
    raise Invalid(fields={"registered_area": _("There is no such division. Type its name, 南京市建邺区, or its code.")})


def _is_no_area(code: str) -> bool:
    """Whether the register knows streets of this county, but none with this code."""
    if len(code) == divisions.DIGITS:
        return False
    streets = Area.objects.filter(**within("id", code[: divisions.DIGITS])).exclude(pk=code[: divisions.DIGITS])
    return streets.exists() and not streets.filter(pk=code).exists()


def _document(text: str) -> str:
    """The number of a document without what people put between its digits."""
    number = citizen_id.normal(text)
    if MASK in number:
        raise Invalid(fields={"identity": _("Parts of this number are hidden. Type the whole number anew.")})
    if len(number) > LONGEST_DOCUMENT:
        raise Invalid(fields={"identity": _("This number is too long for a document.")})
    return number


def _code(field: str, value: Any, today: date) -> str:
    text = fold(str(value or ""))
    if not text:
        return NOT_SAID.get(field, "")
    code = codes.code_of(CODES[field], text, on=today)
    if code is None:
        raise Invalid(
            fields={field: _("“%(text)s” is not in the table. Choose one of its entries.") % {"text": text[:30]}}
        )
    return code


def _phone(field: str, text: str) -> str:
    """A mobile number, or a fixed line: digits with the area code."""
    given = fold(text).strip()
    if not given:
        return ""
    number = mobile(given)
    if number is not None:
        return number
    if MASK in given:
        # Masked sheets are common: 138****5678 has seven digits, as many as a fixed line.
        raise Invalid(fields={field: _("Parts of this number are hidden. Type the whole number anew.")})
    digits = "".join(character for character in given if character.isdigit())
    if 7 <= len(digits) <= 12 and (digits.startswith("0") or len(digits) in (7, 8)):
        return digits
    message = _(
        "A mobile number has 11 digits and begins with 1, a fixed line has 7 to 12; this has %(digits)s digits."
    )
    raise Invalid(fields={field: message % {"digits": len(digits)}})


def _day(value: Any, today: date) -> date | None:
    if value in (None, ""):
        return None
    if isinstance(value, datetime):
        day = value.date()
    elif isinstance(value, date):
        day = value
    else:
        try:
            day = date.fromisoformat(fold(str(value)))
        except ValueError:
            partial = read_partial_day(str(value), today=today)
            if partial is None:
                message = _("Write the day as year-month-day, 1958-03-02, or the year or month if no more is known.")
                raise Invalid(fields={"born": message}) from None
            day = partial
    if not date(1880, 1, 1) <= day <= today:
        raise Invalid(fields={"born": _("This birthday cannot be: it lies in the future or too far back.")})
    return day


def _identity(whole: Mapping[str, Any], found: dict[str, Any], today: date) -> dict[str, object]:
    """Check document, birthday and sex against each other; fill what the number tells. Returns the errors.

    A new number decides: a birthday and a sex known before follow it, only those given with it can contradict. A
    number of 18 characters decides the kind of document, too: the same number is in the card and in the booklet.
    """
    if not found.keys() & {"identity", "identity_kind", "born", "sex"}:
        return {}
    number, kind = whole.get("identity") or "", whole.get("identity_kind") or WITHOUT
    if not number:
        if "identity" in found or "identity_kind" in found:
            found["identity"], found["identity_kind"] = "", WITHOUT
        return {}
    read = citizen_id.read(number, today=today)
    if read is None:
        if kind == WITHOUT:
            found["identity_kind"] = CITIZEN
        if kind == WITHOUT or kind in documents.ALWAYS_WHOLE:
            return {"identity": why_not(number)}
        return {} if len(number) >= 5 else {"identity": _("This number is too short for a document.")}
    return _whole_number(read, whole, found)


def _whole_number(read: citizen_id.CitizenId, whole: Mapping[str, Any], found: dict[str, Any]) -> dict[str, object]:
    """What a number of 18 characters says of the other fields: fill it, or tell what contradicts it."""
    sex = "1" if read.sex == "male" else "2"
    errors: dict[str, object] = {}
    kind, said = documents.kind_of(read.number), whole.get("identity_kind") or WITHOUT
    if said not in (kind, WITHOUT, documents.OTHER) and said not in documents.ALWAYS_WHOLE:
        errors["identity_kind"] = _("This is the number of another kind of document: %(kind)s.") % {
            "kind": codes.label("identity_kind", kind)
        }
    told = found.get("born")
    if told not in (None, read.born) and not (precision_of(told) and fits(read.born, told, precision_of(told))):
        errors["born"] = _("The number of the identity card says %(day)s.") % {"day": read.born.isoformat()}
    if found.get("sex") not in (None, "", "0", "9", sex):
        errors["sex"] = _("The number of the identity card says otherwise.")
    if not errors:
        found["identity"], found["born"], found["sex"] = read.number, read.born, sex
        if kind != said:
            found["identity_kind"] = kind
        # What the form holds as long as nobody chose is no contradiction; another nationality may have come later.
        if read.nationality and (whole.get("nationality") or documents.CHINA) == documents.CHINA:
            found["nationality"] = read.nationality
    return errors


def why_not(number: str) -> str:
    """Why this cannot be a citizen's number, without repeating it."""
    if len(number) == citizen_id.OLD and number.isdigit():
        return _("This is an old number of 15 digits. Ask for the card of today, which has 18.")
    if len(number) != 18:
        return _("An identity number has 18 characters; this one has %(n)s.") % {"n": len(number)}
    if not citizen_id.FORM.fullmatch(number):
        return _("An identity number is 17 digits and then a digit or X.")
    if citizen_id.check_digit(number[:17]) != number[17]:
        return _("The last character does not fit: one of the digits is mistyped.")
    return _("The birthday in this number does not exist or lies in the future.")


def set_plain(person: Person, field: str, value: Any) -> None:
    """Put one cleaned value on the row (unsaved), with everything derived from it."""
    if field == "identity":
        person.identity_sealed = vault.seal(value, vault.IDENTITY)
        person.identity_index = identity_index(person.identity_kind, value) if value else None
    elif field == "phone":
        person.phone_sealed = vault.seal(value, vault.PHONE)
        person.phone_index = vault.index(value, vault.PHONE) if value else ""
    elif field == "other_phone":
        person.other_phone_sealed = vault.seal(value, vault.PHONE)
    elif field == "name":
        person.name, person.given = value, value[1:]
        person.pinyin, person.initials = pinyin.of_name(value)
    elif field == "born":
        person.born = date(value.year, value.month, value.day) if value is not None else None
        person.born_precision = precision_of(value)
    else:
        setattr(person, field, value)


def identity_index(kind: str, number: str) -> str:
    """The blind index of a document, by which everybody looks it up: one number is one person (`documents.key`)."""
    return vault.index(documents.key(kind, number), vault.IDENTITY)


def identity_indexes(number: str) -> set[str]:
    """The blind indexes that a number can have when nobody says of which document it is."""
    kinds = [kind for kind, _label in codes.choices("identity_kind", empty=None)]
    return {identity_index(kind, number) for kind in kinds}


def plain(person: Person, field: str) -> Any:
    """The value of a field as it was entered: sealed ones are opened. Only for those who may."""
    if field in SEALED:
        return vault.unseal(getattr(person, f"{field}_sealed"), SEALED[field])
    if field == "born":
        return as_known(person.born, person.born_precision)
    return getattr(person, field)


def apply(
    *,
    person: Person,
    given: Mapping[str, Any],
    by: Actor,
    reason: str,
    now: datetime,
    version: int | None = None,
    correction: Correction | None = None,
) -> list[Change]:
    """Set cleaned fields of a locked person and write down each that differs. Returns the changes, newest last.

    Raises Stale when the person changed since the form was opened (`version`), Invalid as `clean` does, KnownAlready
    when the number of the document is somebody else's. The caller holds the transaction and has asked for the right.
    """
    if version is not None and version != person.version:
        raise Stale
    known = {field: plain(person, field) for field in EDITABLE}
    found = clean(given, today=timezone.localdate(now), known=known)
    different = {field: value for field, value in found.items() if as_text(value) != as_text(known.get(field))}
    # The kind of document is part of the index of its number.
    for field in sorted(different, key=lambda name: name != "identity_kind"):
        set_plain(person, field, different[field])
    if "identity_kind" in different and "identity" not in different and person.identity_sealed:
        set_plain(person, "identity", known["identity"])
    if not different:
        return []
    if different.keys() & {"identity", "identity_kind"}:
        not_known_already(person, by)
    person.version += 1
    person.updated_at = now
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError:
        # Somebody entered the same document at the same moment.
        not_known_already(person, by)
        raise
    rows = [
        Change(
            person=person,
            field=field,
            old_sealed=vault.seal(as_text(known.get(field)), vault.CHANGE),
            new_sealed=vault.seal(as_text(value), vault.CHANGE),
            reason=clip(tidy(reason), 300),
            at=now,
            by_id=by.user_id,
            post_id=by.post_id,
            correction=correction,
        )
        for field, value in different.items()
    ]
    return Change.objects.bulk_create(rows)


def as_text(value: Any) -> str:
    """A value as the trace of changes keeps it."""
    if value is None:
        return ""
    return day_words(value) if isinstance(value, date) else str(value)


def sealed_json(given: Mapping[str, Any]) -> str:
    """Fields and values, sealed for a correction that waits."""
    return vault.seal(
        json.dumps({name: as_text(value) for name, value in given.items()}, ensure_ascii=False), vault.CORRECTION
    )


def from_sealed_json(sealed: str) -> dict[str, str]:
    """What a correction asks for."""
    found: dict[str, str] = json.loads(vault.unseal(sealed, vault.CORRECTION) or "{}")
    return found

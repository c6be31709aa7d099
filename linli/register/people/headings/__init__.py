"""Headings of sheets and forms: of whom a column speaks (subject), and what it says of them (field).

    for heading in headings.read(["姓名", "监护人姓名", "监护人身份证号", "是否人户分离"]):
        heading.subject, heading.field, heading.opposite, heading.sure, heading.key

One module for the import, the ledgers and the forms. Pure: the words are in `data/`. What somebody else's number, phone
or name is, is never the person's own; where nobody can tell, the heading is not `sure`, and people are asked.
"""

from linli.register.people.headings.choosing import chosen, signature
from linli.register.people.headings.keys import Meaning, is_key, key_of, label, meaning_of
from linli.register.people.headings.reading import Heading, is_known, read
from linli.register.people.headings.tokens import vocabulary
from linli.register.people.headings.words import (
    BY_NAME,
    BY_SUBJECT,
    FIELDS,
    SELF,
    SUBJECTS,
    UNKNOWN,
    Field,
    Kind,
    Subject,
    is_group,
    plain,
)

__all__ = [
    "BY_NAME",
    "BY_SUBJECT",
    "FIELDS",
    "SELF",
    "SUBJECTS",
    "UNKNOWN",
    "Field",
    "Heading",
    "Kind",
    "Meaning",
    "Subject",
    "chosen",
    "is_group",
    "is_key",
    "is_known",
    "key_of",
    "label",
    "meaning_of",
    "plain",
    "read",
    "signature",
    "vocabulary",
]

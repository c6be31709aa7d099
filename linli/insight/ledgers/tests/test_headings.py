"""Every label of a column of people is a heading that is read as that column: what is exported is understood again."""

import pytest

from linli.insight.ledgers import definitions
from linli.insight.ledgers.models import Subject
from linli.register.people import headings


@pytest.mark.parametrize("key", definitions.fields(Subject.PEOPLE))
def test_every_label_is_read_as_its_own_field(key):
    label = definitions.fields(Subject.PEOPLE)[key].label
    assert definitions.key_of(headings.read([label])[0]) == key


@pytest.mark.parametrize("slug", [one.slug for one in definitions.shipped().values() if one.subject == Subject.PEOPLE])
def test_every_ledger_is_read_as_it_stands(slug):
    """Beside each other, too: no column takes another's person."""
    columns = definitions.shipped()[slug].fields
    known = definitions.fields(Subject.PEOPLE)
    for column, heading in zip(columns, headings.read([one.label for one in columns]), strict=True):
        if known[column.key].label == column.label:
            assert definitions.key_of(heading) == column.key, column.label
        else:
            assert heading.subject == headings.SELF

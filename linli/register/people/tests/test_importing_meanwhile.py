"""Between check and approval: what nobody saw does not happen, and nobody comes in twice (case 26)."""

from datetime import date

import pytest
from django.db import connections
from django.urls import reverse
from django.utils import timezone

from linli.foundation.imports import actions as batches
from linli.foundation.imports import tasks
from linli.foundation.imports.models import Batch
from linli.register.homes.models import Building
from linli.register.people.actions import editing, events, fields
from linli.register.people.importing.deciding import decide
from linli.register.people.models import Change, Household, Person, Staged
from linli.register.people.tests import factories
from linli.register.people.tests.factories import citizen_number
from linli.register.people.tests.sheets_of import checked
from linli.register.people.tests.test_importing_races import at_once

CASE_26 = [
    {"姓名": "无证丙", "出生日期": "2024-01-05", "与户主关系": "户主", "现住址": "撤销苑950幢1单元101室"},
]
BORN = date(1980, 6, 6)
NUMBER = citizen_number(BORN, "2", 301)


@pytest.fixture
def by(actor_of):
    return actor_of("community-worker")


def approved(by, batch):
    batches.approve(by=by, batch_id=batch.pk, now=timezone.now())
    return batch


def worked(batch):
    tasks.run(batch.pk)
    batch.refresh_from_db()
    return batch


@pytest.mark.django_db
def test_two_batches_of_the_same_people_without_documents_meet(by):
    """Case 26: checked both, approved both."""
    first, second = (approved(by, checked(by, CASE_26, timezone.now())) for _n in range(2))
    assert worked(first).state == "applied"
    assert worked(second).state == "checked"
    assert second.message
    row = Staged.objects.get(batch=second)
    assert (row.state, row.person_id, row.meanwhile) == ("duplicate", Person.objects.get().pk, True)
    assert second.counts["duplicate"] == second.counts["meanwhile"] == 1
    decide(by=by, batch_id=second.pk, decision="same", rows=[row.row], now=timezone.now())
    second.refresh_from_db()
    assert second.counts["unchanged"] == 1
    assert Person.objects.count() == Household.objects.count() == Building.objects.count() == 1


@pytest.mark.django_db
def test_who_is_another_person_all_the_same_comes_in(by):
    first, second = (approved(by, checked(by, CASE_26, timezone.now())) for _n in range(2))
    worked(first)
    worked(second)
    decide(by=by, batch_id=second.pk, decision="different", rows=[2], now=timezone.now())
    assert worked(approved(by, second)).state == "applied"
    assert Person.objects.filter(name="无证丙").count() == 2


@pytest.mark.django_db
def test_a_row_that_was_another_person_still_meets_a_third(by):
    """Decided before the other batch came: different from the one in the register, but the same as the newcomer."""
    known = factories.person(by=by, now=timezone.now(), name="无证丙", born=date(2024, 1, 5), with_identity=False)
    made = []
    for _n in range(2):
        batch = checked(by, CASE_26, timezone.now())
        decide(by=by, batch_id=batch.pk, decision="different", rows=[2], now=timezone.now())
        made.append(approved(by, batch))
    assert worked(made[0]).state == "applied"
    assert worked(made[1]).state == "checked"
    row = Staged.objects.get(batch=made[1])
    assert row.state == "duplicate"
    assert row.person_id not in (None, known.pk)
    # Said twice, it is believed; nobody is asked for ever.
    decide(by=by, batch_id=made[1].pk, decision="different", rows=[2], now=timezone.now())
    assert worked(approved(by, made[1])).state == "applied"
    assert Person.objects.filter(name="无证丙").count() == 3


@pytest.mark.django_db
def test_deciding_again_shows_the_same_person_again(by):
    known = factories.person(by=by, now=timezone.now(), name="无证丙", born=date(2024, 1, 5), with_identity=False)
    batch = checked(by, CASE_26, timezone.now())
    for decision in ("different", ""):
        decide(by=by, batch_id=batch.pk, decision=decision, rows=[2], now=timezone.now())
    row = Staged.objects.get(batch=batch)
    assert (row.state, row.person_id, row.unlike) == ("duplicate", known.pk, "")


@pytest.mark.django_db
def test_somebody_entered_by_hand_meanwhile_is_met(by):
    batch = approved(
        by, checked(by, [{"姓名": "郑一", "身份证号": NUMBER, "所属网格": factories.grid_of()}], timezone.now())
    )
    held = factories.person(by=by, now=timezone.now(), name="郑一", born=BORN, sequence=301)
    assert worked(batch).state == "checked"
    row = Staged.objects.get(batch=batch)
    assert (row.person_id, row.meanwhile) == (held.pk, True)
    assert Person.objects.count() == 1


def held_with_phone(by, phone="19900001111"):
    return factories.person(by=by, now=timezone.now(), name="郑一", born=BORN, sequence=301, phone=phone)


def row_with_phone(phone):
    return {"姓名": "郑一", "身份证号": NUMBER, "联系电话": phone, "所属网格": ""}


def corrected(by, person, **given):
    person.refresh_from_db()
    editing.edit(by=by, person_id=person.pk, given=given, reason="本人来电", version=person.version, now=timezone.now())


@pytest.mark.django_db
@pytest.mark.parametrize("phone", ["19900002222", "19900001111"])
def test_a_field_that_somebody_corrected_meanwhile_is_not_overwritten_unseen(by, phone):
    """Both when the sheet said something else, and when it said what the register said then."""
    held = held_with_phone(by)
    batch = approved(by, checked(by, [row_with_phone(phone)], timezone.now()))
    corrected(by, held, phone="19900003333")
    assert worked(batch).state == "checked"
    held.refresh_from_db()
    assert fields.plain(held, "phone") == "19900003333"
    row = Staged.objects.get(batch=batch)
    assert (row.meanwhile, row.state, row.differs) == (True, "ok", "phone")
    # Seen now: it goes through.
    assert worked(approved(by, batch)).state == "applied"
    held.refresh_from_db()
    assert fields.plain(held, "phone") == phone
    assert Change.objects.filter(batch=batch).count() == 1


@pytest.mark.django_db
def test_a_change_of_which_the_sheet_says_nothing_does_not_stop_anything(by):
    held = held_with_phone(by)
    other = {"姓名": "新人", "身份证号": citizen_number(BORN, "1", 302), "所属网格": factories.grid_of()}
    batch = approved(by, checked(by, [row_with_phone("19900001111"), other], timezone.now()))
    corrected(by, held, workplace="新单位")
    assert worked(batch).state == "applied"
    held.refresh_from_db()
    assert held.workplace == "新单位"


@pytest.mark.django_db
def test_who_died_or_left_meanwhile_is_shown(by):
    held = held_with_phone(by)
    batch = approved(by, checked(by, [row_with_phone("19900002222")], timezone.now()))
    held.refresh_from_db()
    events.die(
        by=by, person_id=held.pk, version=held.version, happened_on=timezone.localdate(), reason="", now=timezone.now()
    )
    assert worked(batch).state == "checked"
    row = Staged.objects.get(batch=batch)
    assert (row.state, row.meanwhile) == ("error", True)


@pytest.mark.django_db
def test_the_page_shows_first_what_is_found_otherwise(by, client_for):
    held = held_with_phone(by)
    batch = approved(by, checked(by, [row_with_phone("19900002222")], timezone.now()))
    corrected(by, held, phone="19900003333")
    worked(batch)
    page = client_for("community-worker").get(reverse("register:import_preview", args=[batch.pk])).content.decode()
    assert "199****3333" in page
    assert "199****2222" in page
    assert "?view=meanwhile" in page


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_workers_apply_the_same_people_without_documents_once(actor_of):
    by = actor_of("community-worker")
    rows = [{**CASE_26[0], "姓名": name} for name in ("无证丙", "无证丁", "无证戊")]
    made = [approved(by, checked(by, rows, timezone.now())).pk for _n in range(2)]
    at_once(*made)
    connections.close_all()
    assert sorted(Batch.objects.filter(pk__in=made).values_list("state", flat=True)) == ["applied", "checked"]
    assert Person.objects.count() == 3
    assert Staged.objects.filter(state="duplicate", meanwhile=True).count() == 3

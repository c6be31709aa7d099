"""Changing people: the right, the version, the reason, and what follows."""

from datetime import date

import pytest

from linli.lib.errors import Invalid, NotAllowed, Stale
from linli.register.people.actions import editing, fields
from linli.register.people.actions.identities import KnownAlready
from linli.register.people.models import Change
from linli.register.people.tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def worker(actor_of):
    return actor_of("community-worker")


@pytest.fixture
def zhang(worker, now):
    return make.person(by=worker, now=now, born=date(1940, 3, 2), phone="19900001111")


def edit(by, person, now, **more):
    sent = {"version": person.version, "given": {"note": "耳背"}, "reason": "核对", **more}
    return editing.edit(by=by, person_id=person.pk, now=now, **sent)


def test_a_change_is_written_down_with_both_values(worker, zhang, now):
    (change,) = edit(worker, zhang, now, given={"phone": "199 0000 2222", "name": zhang.name})
    zhang.refresh_from_db()
    assert (change.field, change.by_id, change.post_id, change.reason) == (
        "phone",
        worker.user_id,
        worker.post_id,
        "核对",
    )
    assert "1990000" not in change.old_sealed + change.new_sealed
    assert fields.plain(zhang, "phone") == "19900002222"
    assert zhang.phone_index


def test_nothing_different_changes_nothing(worker, zhang, now):
    before = zhang.version
    assert edit(worker, zhang, now, given={"name": f" {zhang.name} ", "phone": "19900001111"}) == []
    zhang.refresh_from_db()
    assert zhang.version == before


def test_who_may_change_and_when(worker, actor_of, zhang, now):
    for stranger in ("grid-worker", "street-staff", "auditor"):
        with pytest.raises(NotAllowed):
            edit(actor_of(stranger), zhang, now)
    with pytest.raises(Stale):
        edit(actor_of("cw-320105001004"), zhang, now)
    with pytest.raises(Stale):
        edit(worker, zhang, now, version=zhang.version - 1)
    with pytest.raises(Invalid) as refusal:
        edit(worker, zhang, now, reason="")
    assert "reason" in refusal.value.fields
    assert not Change.objects.exists()


def test_a_new_birthday_changes_the_groups_that_follow_from_it(worker, zhang, now):
    assert zhang.tags.filter(kind="aged", until__isnull=True).exists()
    edit(worker, zhang, now, given={"identity": make.citizen_number(date(1960, 3, 2), sequence=5)})
    zhang.refresh_from_db()
    assert zhang.born == date(1960, 3, 2)
    assert not zhang.tags.filter(kind="aged", until__isnull=True).exists()


def test_a_document_of_somebody_else_is_refused_with_who_it_is(worker, zhang, now):
    other = make.person(by=worker, name="李慧", now=now, born=date(1970, 5, 1), sequence=7)
    with pytest.raises(KnownAlready) as refusal:
        edit(worker, zhang, now, given={"identity": make.citizen_number(date(1970, 5, 1), sequence=7)})
    assert refusal.value.person_id == other.pk
    zhang.refresh_from_db()
    assert zhang.born == date(1940, 3, 2)


def test_the_kind_of_a_document_moves_its_index(worker, zhang, now):
    old = zhang.identity_index
    edit(worker, zhang, now, given={"identity_kind": "414", "identity": "E12345678"})
    zhang.refresh_from_db()
    assert zhang.identity_index == fields.identity_index("414", "E12345678") != old
    edit(worker, zhang, now, given={"identity_kind": "990"})
    zhang.refresh_from_db()
    assert zhang.identity_index == fields.identity_index("990", "E12345678")
    edit(worker, zhang, now, given={"identity": ""})
    zhang.refresh_from_db()
    assert (zhang.identity_index, zhang.identity_sealed, zhang.identity_kind) == (None, "", "000")

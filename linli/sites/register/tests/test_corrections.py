"""Corrections through the pages: asked for by the grid, decided at the desk by a colleague."""

import pytest
from django.urls import reverse

from linli.register.people.actions import corrections, editing, fields
from linli.register.people.models import Change, Correction
from linli.register.people.tests import factories as make

pytestmark = pytest.mark.django_db
DESK = "/register/corrections/"


@pytest.fixture
def worker(actor_of):
    return actor_of("community-worker")


@pytest.fixture
def grid(client_for):
    return client_for("grid-worker")


@pytest.fixture
def office(client_for):
    return client_for("community-worker")


@pytest.fixture
def zhang(worker, now):
    return make.person(by=worker, now=now, phone="19900001111")


@pytest.fixture
def waiting(actor_of, zhang, now):
    return corrections.propose(
        by=actor_of("grid-worker"),
        person=zhang,
        given={"phone": "19900005555", "education": "70"},
        reason="入户时本人说的",
        now=now,
    )


def ask_url(person):
    return reverse("register:correction_propose", args=[person.pk])


def ask_form(client, person, **more):
    form = client.get(ask_url(person)).context_data["form"]
    return {**{name: value for name, value in form.initial.items() if value is not None}, "reason": "入户核实", **more}


def decide_url(one):
    return reverse("register:correction_decide", args=[one.pk])


def test_the_grid_asks_and_only_differences_are_kept(grid, zhang):
    sent = ask_form(grid, zhang, phone="19900005555")
    assert grid.post(ask_url(zhang), sent).status_code == 302
    assert grid.post(ask_url(zhang), sent).status_code == 302
    one = Correction.objects.get()
    assert fields.from_sealed_json(one.proposed_sealed) == {"phone": "19900005555"}
    assert "19900005555" not in one.proposed_sealed
    zhang.refresh_from_db()
    assert fields.plain(zhang, "phone") == "19900001111"
    page = grid.get(reverse("register:person", args=[zhang.pk])).content.decode()
    assert DESK in page


def test_nothing_different_no_reason_and_nonsense_are_refused(grid, zhang):
    for more in ({}, {"phone": "19900005555", "reason": ""}, {"phone": "12", "reason": "错了"}, {"name": ""}):
        assert grid.post(ask_url(zhang), ask_form(grid, zhang, **more)).status_code == 422
    assert grid.post(ask_url(zhang), {}).status_code == 422
    assert not Correction.objects.exists()


def test_who_asks_about_an_old_state_is_shown_the_new(grid, worker, zhang, now):
    sent = ask_form(grid, zhang, workplace="第二棉纺厂")
    editing.edit(
        by=worker, person_id=zhang.pk, version=zhang.version, given={"education": "80"}, reason="核对", now=now
    )
    answer = grid.post(ask_url(zhang), sent)
    assert answer.status_code == 409
    form = answer.context_data["form"]
    assert (form["education"].value(), form["workplace"].value()) == ("80", "第二棉纺厂")
    assert not answer.context_data["meanwhile"]
    again = {name: form[name].value() or "" for name in form.fields}
    assert grid.post(ask_url(zhang), again).status_code == 302
    assert fields.from_sealed_json(Correction.objects.get().proposed_sealed) == {"workplace": "第二棉纺厂"}


def test_the_desk_shows_old_and_new_masked(office, waiting):
    response = office.get(DESK)
    (row,) = response.context_data["rows"]
    assert {(one["old"], one["new"]) for one in row["differences"]} == {
        ("199****1111", "199****5555"),
        ("–", "初中"),
    }
    page = response.content.decode()
    assert "19900005555" not in page
    assert "入户时本人说的" in page


def test_approving_applies_and_leaves_the_desk(office, zhang, waiting):
    zhang.refresh_from_db()
    assert office.post(decide_url(waiting), {"do": "approve", "version": zhang.version}).status_code == 302
    zhang.refresh_from_db()
    assert fields.plain(zhang, "phone") == "19900005555"
    assert not office.get(DESK).context_data["rows"]
    assert len(office.get(DESK + "?view=history").context_data["rows"]) == 1
    assert set(Change.objects.values_list("correction_id", flat=True)) == {waiting.pk}
    assert office.post(decide_url(waiting), {"do": "approve", "version": zhang.version}).status_code == 409


def test_refusing_needs_a_reason_and_keeps_what_was_typed(office, zhang, waiting):
    assert office.post(decide_url(waiting), {"do": "refuse", "version": 1, "answer": ""}).status_code == 422
    stale = office.post(decide_url(waiting), {"do": "approve", "version": 99, "answer": "好的 谢谢"})
    assert stale.status_code == 409
    assert "好的 谢谢" in stale.content.decode()
    assert office.post(decide_url(waiting), {"do": "refuse", "version": 1, "answer": "号码不对"}).status_code == 302
    waiting.refresh_from_db()
    assert (waiting.state, waiting.answer) == ("refused", "号码不对")
    for sent in ({}, {"do": "approve"}, {"do": "x", "version": 1}, {"do": "approve", "version": "x"}):
        assert office.post(decide_url(waiting), sent).status_code == 422


def test_what_changed_since_is_said(office, worker, zhang, waiting, now):
    zhang.refresh_from_db()
    editing.edit(by=worker, person_id=zhang.pk, version=zhang.version, given={"note": "耳背"}, reason="核对", now=now)
    (row,) = office.get(DESK).context_data["rows"]
    assert row["changed_since"]


def test_the_grid_sees_and_takes_back_only_its_own(grid, office, client_for, zhang, waiting):
    assert len(grid.get(DESK).context_data["rows"]) == 1
    assert grid.post(decide_url(waiting), {"do": "approve", "version": 1}).status_code == 403
    assert not client_for("street-staff").get(DESK).context_data["rows"]
    withdraw = reverse("register:correction_withdraw", args=[waiting.pk])
    assert office.post(withdraw).status_code == 302
    waiting.refresh_from_db()
    assert waiting.state == "waiting"
    assert grid.post(withdraw).status_code == 302
    waiting.refresh_from_db()
    assert waiting.state == "withdrawn"


def test_strangers_see_nothing(client_for, zhang, waiting):
    stranger = client_for("cw-320105001004")
    assert not stranger.get(DESK).context_data["rows"]
    assert stranger.post(decide_url(waiting), {"do": "approve", "version": 1}).status_code == 404
    assert stranger.get(ask_url(zhang)).status_code == 404
    assert client_for("auditor").get(DESK).status_code == 403
    assert client_for("community-worker").post(f"{DESK}99999999999999999999/decide/").status_code == 404


def test_the_desk_asks_a_fixed_number_of_questions(
    office, actor_of, zhang, waiting, now, django_assert_max_num_queries
):
    for number in range(5):
        corrections.propose(
            by=actor_of("grid-worker"), person=zhang, given={"note": f"备注{number}"}, reason="核对", now=now
        )
    office.get(DESK)
    with django_assert_max_num_queries(7):
        assert len(office.get(DESK).context_data["rows"]) == 6

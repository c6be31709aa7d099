"""The demo district: what it promises, on a small number of cases."""

from collections import Counter
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from linli.apps.admission.models import Task
from linli.apps.incidents.models import Incident
from linli.foundation.accounts.demo import DEMO_USERS
from linli.foundation.accounts.models import Post, TeamMember, Unit, User
from linli.foundation.areas.models import Area, Level
from linli.foundation.areas.queries import gaps
from linli.foundation.notifications.models import Message
from linli.foundation.vault import unseal
from linli.lib.photos import prepare
from linli.project import demo
from linli.project.demo import cases, pictures, reports
from linli.project.demo.admission import fill_admission
from linli.register.people.models import Party
from linli.spine.cases import chain, tally
from linli.spine.cases.models import Case, Event
from linli.spine.catalogue.models import EventClass, Matter

pytestmark = pytest.mark.django_db


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(cases, "COUNT", 60)


@pytest.fixture
def told(district, few, now):
    """The stories of a small demo, and the progress that was reported."""
    heard: list[tuple[int, int]] = []
    cases.load(now=now, tell=lambda done, total: heard.append((done, total)))
    return heard


def test_the_district_is_as_promised(district, now):
    areas = Area.objects.within(district)
    levels = Counter(areas.values_list("level", flat=True))
    assert (levels[Level.STREET], levels[Level.COMMUNITY]) == (6, 64)
    assert (levels[Level.GRID], levels[Level.SUBGRID]) == (55, 326)
    assert len(gaps(district, now.date())) == 9
    assert Matter.objects.filter(matter_list__kind="incident").count() == 27
    assert Matter.objects.filter(matter_list__kind__in=["duty", "assist"]).count() == 18 + 40
    incidents = Matter.objects.filter(matter_list__kind="incident")
    assert set(incidents.values_list("event_class", flat=True)) == set(EventClass.values)


def test_the_demo_accounts_are_as_promised(district):
    promised = {
        "grid-worker",
        "community-worker",
        "community-secretary",
        "street-staff",
        "department-staff",
        "civil-affairs",
        "auditor",
        "admin",
    }
    assert promised <= {user.username for user in DEMO_USERS}
    assert all(User.objects.get(username=name).check_password("linli-demo") for name in promised)
    open_to_all = [user.username for user in User.objects.all() if user.check_password("linli-demo")]
    assert set(open_to_all) == {user.username for user in DEMO_USERS}


def test_every_department_and_street_has_somebody(district):
    held = set(Post.objects.values_list("unit_id", flat=True))
    offices = Unit.objects.filter(kind__in=[Unit.Kind.DEPARTMENT, Unit.Kind.STREET_OFFICE])
    assert [unit.code for unit in offices if unit.pk not in held] == []


def test_every_grid_has_its_team(district):
    grids = Area.objects.within(district).filter(level=Level.GRID)
    teams = Counter(TeamMember.objects.values_list("area_id", flat=True))
    assert all(teams[grid.pk] >= 8 for grid in grids)


def test_loading_the_district_again_changes_nothing(district, now):
    def state():
        return [model.objects.count() for model in (Area, User, Post, Unit, TeamMember, Matter)]

    before = state()
    demo.load_district(now=now)
    assert state() == before


def test_the_stories_are_told_to_the_end(told):
    assert Case.objects.count() == Incident.objects.count() == 60
    assert told[-1] == (60, 60)


@pytest.mark.parametrize(
    "moment",
    [(2026, 11, 23, 9, 30), (2026, 11, 22, 23, 50), (2026, 10, 5, 12, 0), (2026, 2, 22, 0, 5), (2026, 7, 15, 16, 0)],
    ids=["monday", "sunday night", "national day", "spring festival", "mid-week"],
)
def test_the_desks_of_the_demo_accounts_are_not_empty(district, few, moment):
    """Every state with work in it waits in the home community, whatever the dice and the calendar say."""
    cases.load(now=datetime(*moment, tzinfo=ZoneInfo("Asia/Shanghai")), tell=lambda done, total: None)
    states = set(Case.objects.under(cases.HOME).values_list("state", flat=True))
    assert {state for state, _minutes in cases.POSED} <= states


def test_the_histories_are_whole_and_the_figures_right(told):
    assert list(chain.verify()) == []
    assert tally.kept() == tally.recount()


def test_nothing_happens_in_the_future(told, now):
    assert not Event.objects.filter(at__gt=now).exists()
    assert not Case.objects.filter(opened_at__gt=now).exists()
    assert not Message.objects.filter(created_at__gt=now).exists()


def test_no_text_of_the_past_is_sent_today(told):
    assert not Message.objects.filter(state=Message.State.QUEUED).exists()


def test_the_inboxes_are_in_order_of_time(told):
    written = list(Message.objects.order_by("pk").values_list("created_at", flat=True))
    assert written == sorted(written)


def test_phones_are_made_up(told):
    phones = [unseal(party.phone_sealed, "phone") for party in Party.objects.exclude(phone_sealed="")]
    assert phones
    assert all(phone.startswith("1990000") and len(phone) == 11 for phone in phones)


def test_the_same_seed_tells_the_same_stories(district, few, now, django_db_blocker):
    from django.db import transaction

    def stories():
        with transaction.atomic():
            cases.load(now=now, tell=lambda done, total: None)
            found = list(Case.objects.order_by("number").values_list("number", "title", "place", "state", "seq"))
            transaction.set_rollback(True)
        return found

    assert stories() == stories()


def test_a_database_in_use_is_left_alone(db, now):
    User.objects.create(username="real", name="Somebody")
    with pytest.raises(demo.NotEmpty):
        demo.load(now=now)
    assert not Area.objects.exists()


def test_every_matter_has_dozens_of_wordings():
    words = cases.words()
    for code, said in words["matters"].items():
        assert len(said) * len(words["where"]) * len(set(words["tail"])) >= 24, code


def test_the_pictures_are_photos_that_the_house_takes():
    seen = {prepare(pictures.picture(scene)).sha256 for scene in pictures.SCENES}
    assert len(seen) == len(pictures.SCENES) == 8
    used = {scene for pair in pictures.BEFORE_AFTER.values() for scene in pair}
    assert used == set(pictures.SCENES)
    assert set(pictures.BEFORE_AFTER) == set(reports.WEIGHTS) == set(EventClass.values)


def test_the_welcome_names_addresses_and_accounts():
    text = demo.welcome("http://127.0.0.1:8000")
    assert "http://127.0.0.1:8000/desk/" in text
    assert "linli-demo" in text
    assert all(user.username in text for user in DEMO_USERS)
    assert reports.RESIDENT_PHONE in text


@pytest.mark.parametrize(
    "moment", [(2027, 1, 1, 9, 0), (2027, 1, 20, 9, 0), (2026, 12, 31, 18, 0), (2028, 2, 29, 9, 0)]
)
def test_the_tasks_of_two_months_are_told_on_every_day_of_the_year(district, moment):
    """Tasks of the last year stand under agreements of that year, and those of this year under their own."""
    now = datetime(*moment, tzinfo=ZoneInfo("Asia/Shanghai"))
    fill_admission(home=cases.HOME, now=now)
    assert Task.objects.filter(off_list=False).exists()
    assert not Case.objects.filter(opened_at__gt=now).exists()

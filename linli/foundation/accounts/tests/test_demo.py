import pytest

from linli.foundation.accounts.demo import DEMO_USERS, make_demo_accounts, synthetic_name
from linli.foundation.accounts.models import Post, TeamMember, Unit, User
from linli.foundation.accounts.passwords import DEMO_PASSWORD
from linli.foundation.accounts.queries import team
from linli.foundation.areas.demo import draw_demo_district


@pytest.fixture
def demo(db, now):
    draw_demo_district(now=now)
    make_demo_accounts(now=now)


def test_the_district_has_its_units(demo):
    assert Unit.objects.filter(kind="community_office").count() == 64
    assert Unit.objects.filter(kind="street_office").count() == 6
    assert Unit.objects.filter(kind="department").count() == 13
    assert Unit.objects.get(code="dept-urban").name == "建邺区城市管理局"
    office = Unit.objects.select_related("parent").get(code="community-320105001001")
    assert (office.name, office.parent.name) == ("凤栖苑社区居委会", "莫愁湖街道办事处")


def test_nine_users_can_sign_in_and_nobody_else(demo):
    able = {user.username for user in User.objects.all() if user.has_usable_password()}
    assert able == {one.username for one in DEMO_USERS}
    assert User.objects.get(username="auditor").check_password(DEMO_PASSWORD)


def test_each_acts_where_the_house_says(demo):
    places = dict(Post.objects.filter(user__username__in=able_names()).values_list("user__username", "area_id"))
    assert places["grid-worker"] == "320105001001001"
    assert places["community-secretary"] == "320105001001"
    assert places["street-staff"] == "320105001"
    assert places["civil-affairs"] == places["department-staff"] == places["admin"] == "320105"
    assert Post.objects.get(user__username="department-staff").unit.code == "dept-urban"
    assert Post.objects.filter(user__username="two-posts").count() == 2


def able_names():
    return [one.username for one in DEMO_USERS]


def test_every_grid_has_its_three_and_more(demo, now):
    grids = set(TeamMember.objects.values_list("area_id", flat=True))
    assert len(grids) == 55
    members = team("320105001001001", now.date())
    assert [member.part for member in members[:3]] == ["lead", "head", "worker"]
    assert [member.user.username for member in members[:3]] == [
        "community-secretary",
        "gh-320105001001001",
        "grid-worker",
    ]
    assert len(members) >= 8


def test_every_community_with_a_grid_has_secretary_worker_and_grid_worker(demo):
    for role in ("community_secretary", "community_worker", "grid_worker"):
        assert Post.objects.filter(role=role).exclude(user__username="two-posts").count() == 55
    assert User.objects.filter(username="gw-320105001004").exists()


def test_repeating_it_changes_nothing_but_gives_password_and_account_back(demo, now):
    def count():
        return [model.objects.count() for model in (User, Unit, Post, TeamMember)]

    before = count()
    User.objects.filter(username="auditor").update(password="!", is_active=False)
    make_demo_accounts(now=now)
    assert count() == before
    auditor = User.objects.get(username="auditor")
    assert auditor.is_active
    assert auditor.check_password(DEMO_PASSWORD)


def test_names_are_made_up_and_always_the_same():
    assert synthetic_name("gw-320105001004") == synthetic_name("gw-320105001004")
    assert len({synthetic_name(str(number)) for number in range(200)}) > 150
    assert all(2 <= len(synthetic_name(str(number))) <= 3 for number in range(200))

"""Ledgers on the screen: what is in them, as of which day, masked, inside one's own area, saved under a name."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from linli.apps.visits.models import Outcome, Visit, Way
from linli.insight.ledgers import columns, definitions
from linli.insight.ledgers.models import SavedLedger, Subject
from linli.insight.ledgers.rows import Source
from linli.register.homes.models import Organisation
from linli.register.people import groups
from linli.register.people.actions import events, tags
from linli.register.people.actions.events import Home
from linli.register.people.models import Person, Tag
from linli.register.people.tests import factories as make

pytestmark = pytest.mark.django_db
PHONE = "13912345678"


@pytest.fixture
def worker(actor_of):
    return actor_of("community-worker")


@pytest.fixture
def old(worker, now):
    person = make.person(
        by=worker, name="张秀兰", born=date(1940, 3, 2), now=now, happened_on=date(2024, 5, 1), phone=PHONE
    )
    tags.refresh_area(worker.area_id, on=now.date(), now=now)
    return person


@pytest.fixture
def young(worker, now):
    home = Home(dwelling_id=make.dwelling(room="302").pk)
    return make.person(
        by=worker, name="李强", born=date(1995, 1, 1), sex="1", sequence=2, now=now, home=home, kind="floating"
    )


def page(client, slug, **query):
    return client.get(reverse("ledgers:ledger", args=[slug]), query)


@pytest.mark.parametrize("subject", Subject.values)
def test_every_column_is_filled_by_something_and_every_ledger_names_known_ones(subject):
    for key, field in definitions.fields(subject).items():
        assert columns.provider(subject, key)
        assert field.level in ("open", "personal", "sensitive")
    for ledger in definitions.shipped().values():
        assert ledger.fields
        assert set(ledger.filters) <= {"tag", "kind"}


def test_the_person_ledger_has_the_columns_of_the_field():
    labels = [one.label for one in definitions.shipped()["people"].fields]
    wanted = "序号 姓名 性别 民族 出生日期 身份证号 政治面貌 文化程度 婚姻 户籍地址 现住址 与户主关系"
    assert labels == [
        *wanted.split(),
        "人户一致",
        "联系电话",
        "工作单位",
        "房屋性质",
        "特殊类别",
        "所属网格",
        "网格员",
        "采集日期",
        "备注",
    ]


def test_sensitive_things_have_the_class_of_their_model():
    fields = definitions.fields(Subject.PEOPLE)
    for key, level in {name.removesuffix("_sealed"): kind for name, kind in Person.PERSONAL.items()}.items():
        if key in fields and level == "sensitive":
            assert fields[key].level == "sensitive", key
    assert not any("restricted" in one for one in fields)


def test_the_ledgers_of_restricted_groups_do_not_exist(client_for, old):
    named = {ledger.filters.get("tag") for ledger in definitions.shipped().values()}
    assert not named & set(groups.groups(restricted=True))
    response = page(client_for("community-worker"), "people", tag="mental")
    assert response.status_code == 200
    assert response.context["chips"] == []


def test_numbers_are_masked_on_the_screen(client_for, old):
    text = page(client_for("community-secretary"), "people").content.decode()
    assert "张秀兰" in text
    assert "139****5678" in text
    assert PHONE not in text
    assert make.citizen_number(date(1940, 3, 2)) not in text


def test_each_ledger_holds_its_own(client_for, old, young):
    client = client_for("community-worker")
    found = {slug: page(client, slug).content.decode() for slug in definitions.shipped()}
    assert "张秀兰" in found["people"]
    assert "李强" in found["people"]
    assert "张秀兰" in found["aged"]
    assert "李强" not in found["aged"]
    assert "李强" in found["floating"]
    assert "张秀兰" not in found["floating"]
    assert "80—89岁" in found["aged"]
    assert "301" in found["dwellings"]


def test_the_filters_of_the_list_of_people_carry_over(client_for, old, young):
    client = client_for("community-worker")
    home = client.get(reverse("ledgers:home"), {"age_from": "60", "sex": "2"})
    url = home.context["cards"][0]["url"]
    assert url.endswith("?age_from=60&sex=2")
    rows = client.get(url).context["rows"]
    assert [row["cells"][1] for row in rows] == ["张秀兰"]


def test_a_ledger_never_gives_up_its_own_filter(client_for, old, young):
    rows = page(client_for("community-worker"), "aged", tag="disabled", kind="nonsense", on="soon").context["rows"]
    assert [row["cells"][1] for row in rows] == ["张秀兰"]


def test_columns_are_chosen_in_the_address(client_for, old):
    response = page(client_for("community-worker"), "people", columns=["name", "age", "nonsense"])
    assert [one["label"] for one in response.context["columns"]] == ["姓名", "年龄"]
    assert response.context["rows"][0]["cells"] == ["张秀兰", "86"]


def test_as_of_a_day_the_ledger_tells_how_it_was(client_for, worker, old, now):
    client = client_for("community-worker")
    before = {"on": "2024-04-30"}
    assert page(client, "people", **before).context["rows"] == []
    assert [row["cells"][1] for row in page(client, "people", on="2024-05-01").context["rows"]] == ["张秀兰"]
    events.die(by=worker, person_id=old.pk, version=old.version, happened_on=date(2026, 6, 1), reason="", now=now)
    assert page(client, "people").context["rows"] == []
    assert [row["cells"][1] for row in page(client, "people", on="2026-05-31").context["rows"]] == ["张秀兰"]
    assert page(client, "people", on="2026-06-01").context["rows"] == []


def test_of_who_has_moved_on_only_what_was_true_here_is_told(actor_of, worker, old, now):
    grid = make.grid_of("320105001004")
    Person.objects.filter(pk=old.pk).update(area_id=grid, phone_index="x")
    source = Source(worker, Subject.PEOPLE, {"on": "2025-01-01"}, now.date(), ["phone", "name"])
    (row,) = source.page("").rows
    fields = definitions.fields(Subject.PEOPLE)
    assert columns.cell(fields["name"], row, source) == "张秀兰"
    assert columns.cell(fields["phone"], row, source) is None
    assert columns.cell(fields["identity"], row, source, {"identity"}) is None


def test_a_colleague_elsewhere_sees_none_of_it(client_for, old, young):
    client = client_for("cw-320105001004")
    for slug in definitions.shipped():
        assert page(client, slug).context["rows"] == []
    assert page(client, "people", area="320105001001").context["rows"] == []
    assert page(client, "people", on="2026-01-01", area="320105001001").context["rows"] == []


@pytest.mark.parametrize(("user", "status"), [("auditor", 200), ("grid-worker", 200), ("civil-affairs", 403)])
def test_who_reads_the_register_reads_ledgers(client_for, user, status):
    assert client_for(user).get(reverse("ledgers:home")).status_code == status


def test_facts_of_a_group_and_the_last_visit_stand_in_the_ledger(client_for, worker, old, now):
    tag = tags.give(
        by=worker, person=old, kind="low_income", level="全额", basis="低保证", since=date(2026, 1, 5), now=now
    )
    Tag.objects.filter(pk=tag.pk).update(facts={"monthly": 720, "covered": 3, "account": "6222000011112222"})
    Visit.objects.create(
        person=old,
        area_id=old.area_id,
        way=Way.HOME,
        outcome=Outcome.MET,
        visited_at=now - timedelta(days=3),
        recorded_at=now,
        submission_key="k",
    )
    client = client_for("community-worker")
    (row,) = page(client, "low-income").context["rows"]
    assert "2026-01-05" in row["cells"]
    assert "720" in row["cells"]
    assert "********2222" in row["cells"]
    (alone,) = page(client, "living-alone").context["rows"]
    assert "2026-11-20" in alone["cells"]
    assert "7" in alone["cells"]


def test_organisations_and_their_masked_phone(client_for, district):
    Organisation.objects.create(area_id=make.grid_of(), name="莫愁超市", kind="02", credit_code="", contact="王五")
    rows = page(client_for("community-worker"), "organisations").context["rows"]
    assert "莫愁超市" in rows[0]["cells"]
    assert "个体工商户" in rows[0]["cells"]


def test_a_page_costs_the_same_few_statements_however_many_people(
    client_for, worker, now, django_assert_max_num_queries
):
    for number in range(12):
        home = Home(dwelling_id=make.dwelling(room=f"{number}01").pk)
        make.person(by=worker, name=f"陈{number}", now=now, home=home, sequence=number + 10)
    client = client_for("community-worker")
    page(client, "people")
    with django_assert_max_num_queries(14):
        assert len(page(client, "people").context["rows"]) == 12
    with django_assert_max_num_queries(18):
        page(client, "people", columns=[*definitions.fields("people")])


def test_pages_follow_each_other_without_gaps(client_for, worker, now, monkeypatch):
    for number in range(5):
        home = Home(dwelling_id=make.dwelling(room=f"{number}01").pk)
        make.person(by=worker, name=f"陈{number}", now=now, home=home, sequence=number + 10)
    source = Source(worker, Subject.PEOPLE, {}, now.date())
    first = source.page("", size=3)
    rest = source.page(first.after, size=3)
    names = [row.thing.name for row in (*first.rows, *rest.rows)]
    assert names == [f"陈{n}" for n in range(5)]
    assert rest.after == ""


def test_a_ledger_is_printed(client_for, old):
    response = client_for("community-worker").get(reverse("ledgers:print", args=["aged"]))
    assert response.status_code == 200
    assert "张秀兰" in response.content.decode()


class TestSaved:
    def save(self, client, name="七十岁以上", query="?age_from=70&columns=name&columns=age"):
        return client.post(reverse("ledgers:save", args=["people"]) + query, {"name": name})

    def test_saved_shared_renamed_removed(self, client_for, old, young):
        client = client_for("community-worker")
        response = self.save(client)
        slug = f"own-{SavedLedger.objects.get().pk}"
        assert response.url == reverse("ledgers:ledger", args=[slug])
        colleague = client_for("community-secretary")
        shown = colleague.get(response.url)
        assert [row["cells"] for row in shown.context["rows"]] == [["张秀兰", "86"]]
        assert colleague.post(reverse("ledgers:rename", args=[slug]), {"name": "古稀"}).status_code == 302
        assert "古稀" in colleague.get(reverse("ledgers:home")).content.decode()
        assert client.post(reverse("ledgers:remove", args=[slug])).status_code == 302
        assert client.get(response.url).status_code == 404

    def test_a_name_is_given_once(self, client_for, old):
        client = client_for("community-worker")
        self.save(client)
        again = self.save(client)
        assert again.status_code == 422
        assert "七十岁以上" in again.content.decode()
        assert self.save(client, name="低保台账").status_code == 422
        assert self.save(client, name="  ").status_code == 422

    def test_others_neither_see_nor_change_it(self, client_for, old):
        self.save(client_for("community-worker"))
        slug = f"own-{SavedLedger.objects.get().pk}"
        stranger = client_for("cw-320105001004")
        assert stranger.get(reverse("ledgers:ledger", args=[slug])).status_code == 404
        assert stranger.post(reverse("ledgers:remove", args=[slug])).status_code == 404
        street = client_for("street-staff")
        assert street.get(reverse("ledgers:ledger", args=[slug])).status_code == 200
        assert street.post(reverse("ledgers:remove", args=[slug])).status_code == 403
        assert client_for("grid-worker").post(reverse("ledgers:remove", args=[slug])).status_code == 403

    def test_no_number_is_kept_in_a_ledger(self, client_for, old):
        self.save(client_for("community-worker"), query=f"?q={PHONE}")
        assert SavedLedger.objects.get().filters == {}

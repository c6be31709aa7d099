"""A sheet of another place asks before it makes buildings here; one of this place asks nothing."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from linli.foundation.audit.models import AccessRecord
from linli.foundation.imports import tasks
from linli.foundation.imports.models import Batch
from linli.register.homes.models import Building, Estate
from linli.register.people.importing.elsewhere import Places
from linli.register.people.models import Person

pytestmark = pytest.mark.django_db
#: 凤栖苑社区 of 莫愁湖街道 in 建邺区.
HERE, THERE = "320105001001", "320105001004"


@pytest.fixture
def client(client_for):
    return client_for("community-worker")


def upload(client, *lines: str, name: str = "底册.csv") -> Batch:
    file = SimpleUploadedFile(name, "\n".join(lines).encode())
    client.post("/register/imports/", {"area": HERE, "file": file})
    return Batch.objects.latest("pk")


def url(name: str, batch: Batch) -> str:
    return reverse(f"register:{name}", args=[batch.pk])


def send(client, batch: Batch, **given: str):
    page = client.get(url("import_columns", batch))
    form = page.context["form"]
    values = {name: form[name].value() or "" for name in form.fields}
    values = {name: "on" if value is True else value for name, value in values.items() if value is not False}
    more = {"sheet": page.context["found"].sheet, "header": page.context["last_header"]}
    return client.post(url("import_columns", batch), {**values, **more, **given})


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("凤栖苑社区2026年常住人口花名册", ""),
        ("建邺区莫愁湖街道凤栖苑社区居委会户籍底册", ""),
        ("江苏省南京市建邺区凤栖苑社区", ""),
        ("关于凤栖苑社区老年人", ""),
        ("我社区低保人员", ""),
        ("各社区各街道汇总", ""),
        ("智慧社区试点人员名单", ""),
        ("水西门小区3幢", ""),
        ("经济开发区职工宿舍1幢", ""),
        ("人员信息表", ""),
        ("北圩路社区常住人口", "北圩路社区"),
        ("2026年度茶亭社区居民委员会台账", "茶亭社区"),
        ("花名册北圩路社区", "北圩路社区"),
        ("建邺区莫愁湖街道茶亭社区", "茶亭社区"),
        ("沙洲街道老年人", "沙洲街道"),
        ("南京市鼓楼区人员", "鼓楼区"),
        ("梧桐里社区户籍底册", "梧桐里社区"),
        ("填报单位：梧桐里街道", "梧桐里街道"),
    ],
)
def test_places_are_told_apart(client, text, place):
    assert Places(HERE, [text]).other(text) == place


def test_an_estate_of_another_community_is_another_place(client):
    Estate.objects.create(area_id=THERE, name="北圩花园")
    Estate.objects.create(area_id=THERE, name="同名花园")
    Estate.objects.create(area_id=HERE, name="同名花园")
    doors = ["北圩花园3幢2单元301", "同名花园3幢2单元301", "无名花园3幢2单元301"]
    places = Places(HERE, doors)
    assert [places.other(door) for door in doors] == ["北圩路社区", "", ""]


def test_a_sheet_of_this_place_asks_nothing(client):
    batch = upload(client, "凤栖苑社区花名册,,", "姓名,性别,现住址", "张三,男,南京市建邺区凤栖苑3幢2单元301")
    page = client.get(url("import_columns", batch))
    assert not page.context["elsewhere"]
    assert "elsewhere" not in page.context["form"].fields
    assert send(client, batch).status_code == 302


def test_a_title_of_another_place_asks_and_the_answer_is_kept(client):
    batch = upload(client, "北圩路社区花名册,,", "姓名,性别,现住址", "张三,男,北圩花园3幢2单元301")
    page = client.get(url("import_columns", batch))
    assert "北圩路社区" in page.context["elsewhere"]
    assert page.context["elsewhere"] in page.content.decode()
    assert send(client, batch).status_code == 422
    assert send(client, batch, elsewhere="on").status_code == 302
    batch.refresh_from_db()
    assert batch.options["elsewhere"]
    entry = AccessRecord.objects.get(action="imports.elsewhere")
    assert entry.user_id is not None
    assert "北圩路社区" in entry.reason
    tasks.run(batch.pk)
    assert not client.get(url("import_preview", batch)).context["elsewhere"]


def test_the_name_of_the_file_counts(client):
    batch = upload(client, "姓名,性别", "张三,男", name="茶亭社区-底册.csv")
    assert "茶亭社区" in client.get(url("import_columns", batch)).context["elsewhere"]


def test_addresses_far_below_ask_in_the_preview(client):
    here = [f"张{chr(0x5000 + n)},男,南京市建邺区凤栖苑3幢2单元{n}01" for n in range(1, 260)]
    batch = upload(client, "姓名,性别,现住址", *here, "李四,男,南京市鼓楼区金陵苑5幢1单元301")
    assert not client.get(url("import_columns", batch)).context["elsewhere"]
    assert send(client, batch).status_code == 302
    tasks.run(batch.pk)
    page = client.get(url("import_preview", batch))
    assert "鼓楼区" in page.context["elsewhere"]
    assert page.context["homes"]["estates"] == 2
    given = {"without_errors": "1"}
    client.post(url("import_approve", batch), given)
    batch.refresh_from_db()
    assert batch.state == "checked"
    client.post(url("import_approve", batch), {**given, "elsewhere": "1"})
    tasks.run(batch.pk)
    batch.refresh_from_db()
    assert batch.state == "applied", batch.message
    assert Person.objects.filter(name="李四").exists()
    assert Building.objects.filter(estate__name__contains="鼓楼区").exists()
    assert AccessRecord.objects.filter(action="imports.elsewhere").count() == 1

"""Words are asked about once for a file, put into all its rows, and remembered; nobody else's words are seen."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from linli.foundation.imports import tasks
from linli.foundation.imports.models import Batch, SavedWord
from linli.register.people.models import Person, Staged, StagedCell, UnreadCell
from linli.register.people.tests.factories import citizen_number

pytestmark = pytest.mark.django_db
HEADS = "姓名,身份证号,与户主关系,户号,人口类型,是否低保,特殊类别"


@pytest.fixture
def client(client_for):
    return client_for("community-worker")


def url(name: str, batch: Batch) -> str:
    return reverse(f"register:{name}", args=[batch.pk])


def checked(client, rows: list[str], first: int = 1) -> Batch:
    numbers = [citizen_number(date(1960, 3, 2), "2", 2 * (first + at)) for at in range(len(rows))]
    lines = [f"人{chr(0x4E10 + first + at)},{numbers[at]},{row}" for at, row in enumerate(rows)]
    data = ("\ufeff" + "\n".join([HEADS, *lines]) + "\n").encode()
    client.post(reverse("register:imports"), {"area": "320105001001", "file": SimpleUploadedFile("表.csv", data)})
    batch = Batch.objects.order_by("-pk").first()
    form = client.get(url("import_columns", batch)).context["form"]
    given = {name: form[name].value() or "" for name in form.fields}
    given = {name: "on" if value is True else value for name, value in given.items() if value is not False}
    assert client.post(url("import_columns", batch), given).status_code == 302
    tasks.run(batch.pk)
    batch.refresh_from_db()
    assert batch.state == "checked", batch.message
    return batch


ROWS = ["媳妇,1,非农业,二档,网红", "媳妇,2,非农业,二档,非低保、残疾", "户主,3,户籍,是,低保、网红"]


def test_a_word_is_asked_once_put_into_all_rows_and_remembered(client):
    batch = checked(client, ROWS)
    assert client.get(url("import", batch)).url == url("import_words", batch)
    page = client.get(url("import_words", batch))
    lines = {(line["asked"].name, line["asked"].word): line for line in page.context["lines"]}
    assert {key: line["asked"].rows for key, line in lines.items()} == {
        ("relation", "媳妇"): 2,
        ("kind", "非农业"): 2,
        ("tag:low_income", "二档"): 2,
        ("tags", "网红"): 2,
        ("tags", "非低保、残疾"): 1,
    }
    # 妻 in the north, 儿媳 in the south: told, and not chosen beforehand.
    assert lines["relation", "媳妇"]["chosen"] == ""
    assert lines["relation", "媳妇"]["asked"].hint[:2] == ["儿媳", "妻"]
    assert "人**" not in page.content.decode()
    assert "人*" in page.content.decode()
    answer = client.post(
        url("import_words", batch),
        {
            "word-relation|媳妇": "12",
            "word-kind|非农业": "-",
            "word-tag:low_income|二档": "yes",
            "word-tags|网红": "-",
            "word-tags|非低保、残疾": "disabled",
        },
    )
    assert answer.url == url("import_progress", batch)
    tasks.run(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.counts["words"], batch.counts["unread"]) == ("checked", 0, 0)
    assert not StagedCell.objects.exists()
    rows = list(Staged.objects.filter(batch=batch).order_by("row"))
    assert [row.relation for row in rows] == ["12", "12", "02"]
    assert [row.unread for row in rows] == ["", "", ""]
    client.post(url("import_approve", batch))
    tasks.run(batch.pk)
    people = list(Person.objects.filter(batch=batch).order_by("name"))
    assert [sorted(one.tags.filter(source="imported").values_list("kind", flat=True)) for one in people] == [
        ["low_income"],
        ["disabled", "low_income"],
        ["low_income"],
    ]
    assert not UnreadCell.objects.exists()
    # The next sheet does not ask, and reads the words alike.
    again = checked(client, ROWS[:2], first=9)
    assert again.counts["words"] == 0
    assert set(Staged.objects.filter(batch=again).values_list("relation", flat=True)) == {"12"}
    assert "媳妇" in client.get(reverse("register:saved_words")).content.decode()


def test_what_is_left_for_later_waits_at_the_person(client):
    batch = checked(client, ROWS[:1])
    client.post(url("import_words", batch), {"word-relation|媳妇": ""})
    client.post(url("import_approve", batch))
    tasks.run(batch.pk)
    person = Person.objects.get(batch=batch)
    assert set(person.unread_cells.values_list("field", flat=True)) == {"relation", "kind", "tag:low_income", "tags"}
    assert person.relation == ""


def test_a_meaning_that_is_none_is_refused_and_nothing_is_lost(client):
    batch = checked(client, ROWS[:1])
    answer = client.post(url("import_words", batch), {"word-relation|媳妇": "77x", "word-kind|非农业": "floating"})
    assert answer.status_code == 422
    chosen = {line["asked"].word: (line["chosen"], line["error"]) for line in answer.context["lines"]}
    assert chosen["非农业"] == ("floating", "")
    assert chosen["媳妇"][1]
    assert not SavedWord.objects.exists()


def test_a_word_is_forgotten_by_those_who_may_and_asked_again(client, client_for):
    batch = checked(client, ROWS[:1])
    client.post(url("import_words", batch), {"word-relation|媳妇": "12"})
    word = SavedWord.objects.get()
    forget = reverse("register:word_forget", args=[word.pk])
    assert client_for("cw-320105001004").post(forget).status_code == 404
    assert "媳妇" not in client_for("cw-320105001004").get(reverse("register:saved_words")).content.decode()
    assert client_for("grid-worker").post(forget).status_code == 403
    assert client.post(forget).status_code == 302
    assert checked(client, ROWS[:1], first=5).counts["words"] == 4

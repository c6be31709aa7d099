"""The pages of an import, from the upload to the undo, with and without a worker."""

from datetime import date
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from linli.foundation.imports import store, tasks
from linli.foundation.imports.models import Batch
from linli.register.people.models import Person, Staged
from linli.register.people.tests.factories import citizen_number
from linli.register.people.tests.sheets_of import csv_of

pytestmark = pytest.mark.django_db
LIST = "/register/imports/"
DOOR = "莫愁新寓3幢2单元301室"
ROWS = [
    {
        "姓名": "张建国",
        "身份证号": citizen_number(date(1958, 3, 2), "1", 21),
        "联系电话": "13900001111",
        "与户主关系": "户主",
        "现住址": DOOR,
    },
    {"姓名": "李秀英", "身份证号": citizen_number(date(1960, 5, 6), "2", 22), "与户主关系": "妻", "现住址": DOOR},
    {"姓名": "张小明", "身份证号": "32010519850708", "与户主关系": "子", "现住址": DOOR},
]


@pytest.fixture
def client(client_for):
    return client_for("community-worker")


def upload(client, data: bytes | None = None, name: str = "底册.csv"):
    file = SimpleUploadedFile(name, csv_of(ROWS) if data is None else data)
    return client.post(LIST, {"area": "320105001001", "file": file})


def url(name: str, batch: Batch) -> str:
    return reverse(f"register:{name}", args=[batch.pk])


def columns_of(client, batch: Batch) -> dict[str, str]:
    """The form of the columns as the page shows it."""
    form = client.get(url("import_columns", batch)).context["form"]
    given = {name: form[name].value() or "" for name in form.fields}
    return {name: "on" if value is True else value for name, value in given.items() if value is not False}


def checked(client) -> Batch:
    upload(client)
    batch = Batch.objects.get()
    answer = client.post(url("import_columns", batch), columns_of(client, batch))
    assert answer.status_code == 302, answer.content.decode()
    assert client.get(url("import_progress", batch)).status_code == 200
    tasks.run(batch.pk)
    batch.refresh_from_db()
    assert batch.state == "checked", batch.message
    return batch


def test_all_steps_from_the_upload_to_the_undo(client):
    batch = checked(client)
    assert client.get(url("import", batch)).url == url("import_rows", batch)
    page = client.get(url("import_rows", batch)).content.decode()
    assert "张小明" in page
    right = citizen_number(date(1985, 7, 8), "1", 23)
    client.post(url("import_rows", batch), {"row": "4", "cell-1": right})
    batch.refresh_from_db()
    assert (batch.counts["error"], batch.counts["unread"]) == (0, 0)
    page = client.get(url("import_preview", batch)).content.decode()
    assert "张小明" in page
    assert right not in page
    assert client.post(url("import_approve", batch)).url == url("import_progress", batch)
    tasks.run(batch.pk)
    assert Person.objects.filter(batch=batch).count() == 3
    assert client.get(url("import", batch)).url == url("import_result", batch)
    assert client.get(url("import_result", batch)).status_code == 200
    client.post(url("import_undo", batch))
    tasks.run(batch.pk)
    assert not Person.objects.filter(batch=batch).exists()
    assert client.get(url("import_result", batch)).status_code == 200


def test_rows_with_errors_stay_out_only_when_that_is_said(client):
    upload(client, csv_of([*ROWS[:2], {**ROWS[2], "姓名": "空房"}]))
    batch = Batch.objects.get()
    client.post(url("import_columns", batch), columns_of(client, batch))
    tasks.run(batch.pk)
    client.post(url("import_approve", batch))
    batch.refresh_from_db()
    assert batch.state == "checked"
    client.post(url("import_approve", batch), {"without_errors": "1"})
    tasks.run(batch.pk)
    assert set(Person.objects.filter(batch=batch).values_list("name", flat=True)) == {"张建国", "李秀英"}


def test_the_columns_are_remembered_for_the_next_sheet(client):
    upload(client)
    first = Batch.objects.get()
    given = columns_of(client, first) | {"column-2": ""}
    client.post(url("import_columns", first), given)
    upload(client)
    second = Batch.objects.exclude(pk=first.pk).get()
    assert not columns_of(client, second)["column-2"]


def test_two_columns_cannot_be_one_field_and_a_name_there_must_be(client):
    upload(client)
    batch = Batch.objects.get()
    given = columns_of(client, batch)
    assert client.post(url("import_columns", batch), given | {"column-1": "name"}).status_code == 422
    assert client.post(url("import_columns", batch), given | {"column-0": ""}).status_code == 422


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "empty.csv"),
        (b"%PDF-1.7 nothing", "a.xlsx"),
        (b"PK\x03\x04 no zip at all", "a.xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "a.xls"),
        (b"MZ\x90\x00", "a.exe"),
    ],
)
def test_a_bad_file_is_refused_with_a_sentence_and_not_kept(client, data, name):
    before = set(store.storage().listdir("")[1]) if store.storage().exists("") else set()
    answer = upload(client, data, name)
    assert answer.status_code == 422
    assert answer.context["form"].errors["file"]
    assert not Batch.objects.exists()
    assert set(store.storage().listdir("")[1]) == before


def test_an_upload_is_readable_by_the_installation_only(client):
    upload(client)
    path = store.path_of(Batch.objects.get().path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert "底册" not in path.name


def test_the_annotated_workbook_goes_home_and_comes_back_corrected(client):
    import python_calamine

    batch = checked(client)
    answer = client.get(url("import_workbook", batch))
    sheet = python_calamine.load_workbook(BytesIO(b"".join(answer.streaming_content))).get_sheet_by_index(0).to_python()
    assert sheet[0][:2] == ["问题", "姓名"]
    assert sheet[3][0]
    rows = [dict(row) for row in ROWS]
    rows[2]["身份证号"] = citizen_number(date(1985, 7, 8), "1", 24)
    file = SimpleUploadedFile("改好.csv", csv_of(rows))
    assert client.post(url("import_replace", batch), {"file": file}).url == url("import_columns", batch)
    client.post(url("import_columns", batch), columns_of(client, batch))
    tasks.run(batch.pk)
    batch.refresh_from_db()
    assert batch.counts["error"] == 0


def test_a_corrected_sheet_that_cannot_be_read_leaves_the_first(client):
    batch = checked(client)
    answer = client.post(url("import_replace", batch), {"file": SimpleUploadedFile("a.xlsx", b"%PDF-1.7")})
    assert answer.status_code == 422
    batch.refresh_from_db()
    assert (batch.state, batch.counts["unread"]) == ("checked", 1)


def test_rows_are_decided_at_the_merge_desk_one_by_one_and_all_alike(client):
    rows = [*ROWS[:2], {**ROWS[1], "联系电话": "13900002222"}, {**ROWS[0], "联系电话": "13900003333"}]
    upload(client, csv_of(rows))
    batch = Batch.objects.get()
    client.post(url("import_columns", batch), columns_of(client, batch))
    tasks.run(batch.pk)
    page = client.get(url("import_merge", batch))
    assert page.status_code == 200
    assert len(page.context["lines"]) == 2
    client.post(url("import_merge", batch), {"reason": "identity", "decision": "same"})
    assert Staged.objects.filter(batch=batch, state="left_out").count() == 2
    row = Staged.objects.filter(batch=batch, state="left_out").first()
    client.post(url("import_merge", batch), {"row": row.row, "decision": "", "view": "decided"})
    row.refresh_from_db()
    assert row.state == "duplicate"


def test_a_stranger_community_and_other_posts_see_none_of_it(client, client_for):
    batch = checked(client)
    stranger = client_for("cw-320105001004")
    for name in (
        "import",
        "import_columns",
        "import_progress",
        "import_rows",
        "import_merge",
        "import_preview",
        "import_result",
        "import_workbook",
    ):
        assert stranger.get(url(name, batch)).status_code == 404
    for name in (
        "import_cancel",
        "import_approve",
        "import_undo",
        "import_replace",
        "import_recheck",
        "import_sheet",
        "import_take_in",
    ):
        assert stranger.post(url(name, batch)).status_code == 404
    assert client_for("grid-worker").get(LIST).status_code == 403


def test_a_batch_is_given_up(client):
    upload(client)
    batch = Batch.objects.get()
    path = store.path_of(batch.path)
    assert client.post(url("import_cancel", batch)).url == url("import_result", batch)
    batch.refresh_from_db()
    assert batch.state == "cancelled"
    assert client.get(url("import_result", batch)).status_code == 200
    assert path.name


def test_the_pages_ask_few_questions(client, django_assert_max_num_queries):
    batch = checked(client)
    for name, most in (("import_rows", 12), ("import_merge", 16), ("import_preview", 20)):
        with django_assert_max_num_queries(most):
            client.get(url(name, batch))
    with django_assert_max_num_queries(12):
        client.get(LIST)

"""The desk of lists: drafted, checked and approved by three people in the browser's forms, and read by everybody."""

from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from linli.apps.admission import sheets
from linli.apps.admission.urls import urlpatterns
from linli.foundation.accounts.models import Unit
from linli.foundation.areas.models import Area
from linli.lib.errors import Invalid
from linli.spine.catalogue.models import Matter, MatterList

pytestmark = pytest.mark.django_db
LISTS = "/admission/lists/"
ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}


@pytest.fixture
def drafter(client_for):
    return client_for("civil-affairs", **ENGLISH)


@pytest.fixture
def checker(client_for):
    return client_for("legal-review", **ENGLISH)


@pytest.fixture
def approver(client_for):
    return client_for("organisation", **ENGLISH)


@pytest.fixture
def worker(client_for):
    return client_for("community-worker", **ENGLISH)


def text(response) -> str:
    return response.content.decode()


def head(**more: object) -> dict[str, object]:
    day = timezone.localdate() + timedelta(days=1)
    return {
        "kind": "duty",
        "area_id": "320105",
        "code": "local-duty",
        "name": "社区履职清单",
        "source": "测试发〔2026〕1号",
        "aliases": "履职清单，依法履职清单",
        "valid_from": day.isoformat(),
        **more,
    }


def fields(**more: object) -> dict[str, object]:
    return {
        "code": "1.1",
        "category": "人民调解",
        "name": "调解民间纠纷",
        "lead": "community_office",
        "lead_unit": "",
        "does": "依法调解",
        "bases-TOTAL_FORMS": "2",
        "bases-INITIAL_FORMS": "0",
        "bases-0-title": "人民调解法",
        "bases-0-article": "第八条",
        "bases-0-form": "law",
        "bases-0-issuer": "legislature",
        "bases-0-level": "nation",
        "bases-1-title": "",
        "bases-1-form": "law",
        "bases-1-issuer": "legislature",
        "bases-1-level": "nation",
        **more,
    }


def draft(drafter, **more: object) -> MatterList:
    response = drafter.post(f"{LISTS}new/", head(**more))
    assert response.status_code == 302, text(response)
    return MatterList.objects.latest("pk")


def moved(client, found: MatterList, do: str, note: str = ""):
    return client.post(reverse("admission:list_move", args=[found.pk]), {"do": do, "note": note})


def url(found: MatterList, name: str = "list", *more: int) -> str:
    return reverse(f"admission:{name}", args=[found.pk, *more])


def test_a_list_is_drafted_checked_approved_and_read_by_a_resident(drafter, checker, approver, worker, client):
    made = draft(drafter)
    assert drafter.post(url(made, "item_new"), fields()).status_code == 302
    assert worker.get(url(made)).status_code == 404, "a draft is not for everybody"
    assert moved(drafter, made, "submit").status_code == 302
    assert moved(drafter, made, "pass").status_code == 403
    page = text(checker.get(url(made)))
    assert "Passed" in page
    assert moved(checker, made, "pass").status_code == 302
    assert "Approve and publish" in text(approver.get(url(made)))
    assert moved(approver, made, "approve").status_code == 302
    made.refresh_from_db()
    assert made.status == "published"
    assert "调解民间纠纷" in text(worker.get(url(made)))
    assert "调解民间纠纷" in text(client.get(f"/lists/{made.pk}/"))
    assert "依法调解" in text(client.get(f"/lists/{made.pk}/?q=纠纷"))


def test_what_was_typed_stays_when_something_is_wrong(drafter):
    response = drafter.post(f"{LISTS}new/", head(valid_from="2020-01-01", name="旧清单"))
    assert response.status_code == 422
    assert "旧清单" in text(response)
    assert "cannot begin in the past" in text(response)
    made = draft(drafter)
    bad = drafter.post(url(made, "item_new"), fields(**{"code": "", "bases-0-link": "不是网址", "does": "写了很多字"}))
    assert bad.status_code == 422
    for words in ("写了很多字", "不是网址", "not the address of a page"):
        assert words in text(bad)
    assert not made.matters.exists()


def test_an_item_is_changed_gets_another_basis_and_is_taken_out(drafter):
    made = draft(drafter)
    drafter.post(url(made, "item_new"), fields())
    item = made.matters.get()
    more = {"bases-1-title": "组织法", "bases-1-article": "第三条", "another": "1"}
    response = drafter.post(url(made, "item_edit", item.pk), fields(**more))
    assert response["Location"] == url(made, "item_edit", item.pk)
    assert [row.title for row in item.bases.all()] == ["人民调解法", "组织法"]
    assert "组织法" in text(drafter.get(url(made, "item", item.pk)))
    assert drafter.post(url(made, "item_remove", item.pk)).status_code == 302
    assert not made.matters.exists()


def test_the_rules_speak_on_the_page_and_hold_the_check_until_a_reason_is_given(drafter, checker):
    made = draft(drafter)
    low = {"bases-0-form": "document", "bases-0-issuer": "department", "bases-0-level": "district"}
    drafter.post(url(made, "item_new"), fields(name="负责辖区拆违工作", **low))
    page = text(drafter.get(url(made)))
    assert "The rules object to 1 item" in page
    assert "拆违、负责" in page
    moved(drafter, made, "submit")
    refused = moved(checker, made, "pass")
    assert refused.status_code == 422
    assert "Say why they may stand" in text(refused)
    assert moved(checker, made, "return", "拆违不能由社区负责").status_code == 302
    assert "拆违不能由社区负责" in text(drafter.get(url(made)))


@pytest.mark.parametrize("number", [2**31, 2**63, 10**20])
def test_numbers_that_no_row_can_have_are_not_there(drafter, number):
    """In every address of lists and items, in each of its places."""
    made = draft(drafter)
    drafter.post(url(made, "item_new"), fields())
    right = {"list_id": made.pk, "item_id": made.matters.get().pk, "other_id": made.pk}
    asked = 0
    for pattern in urlpatterns:
        names = pattern.pattern.converters.keys()
        for name in names if names <= right.keys() else ():
            path = reverse(f"admission:{pattern.name}", kwargs={one: right[one] for one in names} | {name: number})
            for answer in (drafter.get(path), drafter.post(path)):
                assert answer.status_code in (403, 404, 405), path
            asked += 1
    assert asked >= 17


def test_two_versions_are_compared(drafter, checker, approver, worker):
    made = draft(drafter, valid_from=timezone.localdate().isoformat())
    drafter.post(url(made, "item_new"), fields())
    for client, do in ((drafter, "submit"), (checker, "pass"), (approver, "approve")):
        assert moved(client, made, do).status_code == 302
    day = (timezone.localdate() + timedelta(days=30)).isoformat()
    assert drafter.post(url(made, "list_next"), {"valid_from": "gestern"}).status_code == 422
    assert drafter.post(url(made, "list_next"), {"valid_from": day}).status_code == 302
    new = MatterList.objects.latest("pk")
    assert new.version == 2
    drafter.post(url(new, "item_new"), fields(code="1.2", name="居务公开"))
    page = text(drafter.get(url(new, "compare", made.pk)))
    assert "New: 1. Gone: 0. Only renumbered: 0. Changed: 0. The same: 1." in page
    assert "居务公开" in page
    assert "调解民间纠纷" not in page
    assert "调解民间纠纷" in text(drafter.get(url(new, "compare", made.pk) + "?all=1"))
    assert worker.get(url(new, "compare", made.pk)).status_code == 404
    other = MatterList.objects.get(area_id="320105", kind="assist")
    assert drafter.get(url(new, "compare", other.pk)).status_code == 404
    assert moved(drafter, new, "give_up", "不需要第二版了").status_code == 302
    assert "第二版" in text(drafter.get(url(new)))


def test_the_index_shows_what_holds_what_comes_and_what_is_over(drafter, worker):
    made = draft(drafter)
    assert made.name not in text(drafter.get(LISTS))
    assert made.name in text(drafter.get(f"{LISTS}?view=drafts"))
    assert made.name not in text(worker.get(f"{LISTS}?view=drafts"))
    assert "社区协助政府工作事项清单" in text(worker.get(LISTS))
    assert "No list has ended yet" in text(worker.get(f"{LISTS}?view=past"))


def test_a_resident_is_led_to_the_lists_of_the_portal(resident_client):
    resident = resident_client("19900001234")
    assert resident.get(LISTS)["Location"] == "/lists/"
    made = MatterList.objects.get(area_id="320105", kind="duty")
    assert resident.get(url(made))["Location"] == f"/lists/{made.pk}/"


def test_residents_read_published_lists_only_and_see_that_the_example_is_one(client, drafter, district):
    made = draft(drafter)
    assert client.get(f"/lists/{made.pk}/").status_code == 404
    incident = MatterList.objects.get(kind="incident")
    assert client.get(f"/lists/{incident.pk}/").status_code == 404
    page = text(client.get("/lists/"))
    assert "社区依法履职事项清单（示例）" in page
    duty = MatterList.objects.get(area_id="320105", code="duty")
    assert "示例清单，非官方文本" in text(client.get(f"/lists/{duty.pk}/"))


def test_items_without_a_living_law_are_marked(worker, district):
    duty = MatterList.objects.get(area_id="320105", kind="duty")
    page = text(worker.get(url(duty)))
    assert "11 items rest only on law that is no longer in force" in page


def test_pages_ask_few_statements(drafter, worker, district, django_assert_max_num_queries):
    assist = MatterList.objects.get(area_id="320105", kind="assist")
    for path, most in ((LISTS, 12), (url(assist), 20), (url(assist, "item", assist.matters.first().pk), 14)):
        worker.get(path)
        with django_assert_max_num_queries(most):
            assert worker.get(path).status_code == 200


# --- Workbooks


def saved(tmp_path: Path, rows: list[list[str]], name: str = "a.xlsx") -> Path:
    path = tmp_path / name
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    for at, row in enumerate(rows):
        sheet.write_row(at, 0, row)
    book.close()
    return path


def taken(drafter, found: MatterList, path: Path):
    upload = SimpleUploadedFile(path.name, path.read_bytes())
    return drafter.post(url(found, "list_import"), {"file": upload})


HEAD = ["大类", "序号", "事项名称", "责任单位", "法律依据", "条款", "依据形式", "制发主体", "层级"]
LAW = ["人民调解法", "第八条", "法律法规规章", "人大", "国家"]


def test_a_list_goes_out_as_a_workbook_and_comes_back_the_same(drafter, district, tmp_path):
    assist = MatterList.objects.get(area_id="320105", kind="assist")
    second = assist.matters.order_by("position")[1]
    Matter.objects.filter(pk=second.pk).update(
        carries=["task", "inspection"], area_id="320105001001", asked_by_id=second.lead_unit_id
    )
    response = drafter.get(url(assist, "list_workbook"))
    path = tmp_path / "out.xlsx"
    path.write_bytes(response.content)
    rows = CalamineWorkbook.from_filelike(BytesIO(response.content)).get_sheet_by_index(0).to_python()
    assert rows[0][:3] == ["类别", "编号", "事项名称"]
    items, _numbers = sheets.read_items(path, original_name="out.xlsx", area_id="320105")
    kept = list(assist.matters.select_related("category").prefetch_related("bases").order_by("position"))
    assert [(one.code, one.name, one.category, one.lead, one.lead_unit_id) for one in items] == [
        (one.code, one.name, one.category.name, one.lead, one.lead_unit_id) for one in kept
    ]
    assert [[row["title"] for row in one.bases] for one in items] == [
        [row.title for row in one.bases.all()] for one in kept
    ]
    assert items[0].bases[0]["valid_to"] == date(2025, 12, 31)
    scopes = [(one.identity, list(one.carries), one.area_id, one.asked_by_id) for one in items]
    assert scopes == [(one.identity, one.carries, one.area_id or "", one.asked_by_id or 0) for one in kept]
    assert items[1].area_id == "320105001001"


def test_a_sheet_says_what_may_be_handed_down_where_and_by_whom(drafter, tmp_path):
    made = draft(drafter, kind="assist", code="help")
    head = [*HEAD, "交办形式", "适用范围", "提出单位", "事项标识"]
    unit = Unit.objects.get(code="dept-fire")
    rows = [
        head,
        ["安全", "1", "消防宣传", unit.name, *LAW, "工作任务、培训", "莫愁湖街道/茶亭社区", unit.name, ""],
        ["安全", "2", "疏散演练", "社区", *LAW, "", "", "", ""],
    ]
    place = Area.objects.get(pk="320105001001")
    rows[1][10] = f"{place.parent.name}/{place.name}"
    assert taken(drafter, made, saved(tmp_path, rows)).status_code == 302
    found = [(one.carries, one.area_id, one.asked_by_id) for one in made.matters.order_by("position")]
    assert found == [(["task", "training"], place.pk, unit.pk), ([], None, None)]
    for at, odd, words in (
        (9, "打卡", "Row 2, 交办形式: write one of"),
        (10, "火星社区", "Row 2, 适用范围: “火星社区” is not known"),
        (11, "火星局", "Row 2, 提出单位: “火星局” is not known"),
        (12, "甲", "Row 2, 事项标识: leave it"),
    ):
        row = [*rows[1][:at], odd, *rows[1][at + 1 :]]
        response = taken(drafter, made, saved(tmp_path, [head, row]))
        assert response.status_code == 422
        assert words in text(response)


def test_an_ugly_sheet_goes_in_merged_categories_and_second_laws_below(drafter, tmp_path):
    made = draft(drafter)
    rows = [
        ["社区事项清单（征求意见稿）"],
        HEAD,
        ["人民调解", "1", "调解民间纠纷", "社区", *LAW],
        ["", "", "", "", "组织法", "第三条", *LAW[2:]],
        ["", "2", "协助调解物业纠纷", "建邺区司法局", *LAW],
        ["居务公开", "3", "居务公开", "", *LAW],
    ]
    assert taken(drafter, made, saved(tmp_path, rows)).status_code == 302
    found = [(one.code, one.category.name, one.lead, one.bases.count()) for one in made.matters.order_by("position")]
    assert found == [
        ("1", "人民调解", "community_office", 2),
        ("2", "人民调解", "department", 1),
        ("3", "居务公开", "community_office", 1),
    ]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (["类", "1", "", "社区", *LAW], "Row 2: Every item has a name"),
        (["类", "1", "某事项", "不存在的局", *LAW], "Row 2: no unit of the district"),
        (["类", "1", "某事项", "社区", "某某法", "第一条", "口头", "人大", "国家"], "Row 2, 依据形式"),
        (["类", "1", "某事项", "社区", "", "", "", "", ""], "Row 2: Every item of this list names its law"),
    ],
)
def test_a_sheet_with_mistakes_names_the_rows_and_changes_nothing(drafter, tmp_path, row, words):
    made = draft(drafter)
    drafter.post(url(made, "item_new"), fields())
    response = taken(drafter, made, saved(tmp_path, [HEAD, row]))
    assert response.status_code == 422
    assert words in text(response)
    assert made.matters.count() == 1


def test_other_files_are_refused_in_words(drafter, tmp_path):
    made = draft(drafter)
    for content, words in ((b"%PDF-1.7", "not an Excel file"), (b"", "This file is empty")):
        path = tmp_path / "x.xlsx"
        path.write_bytes(content)
        response = taken(drafter, made, path)
        assert response.status_code == 422
        assert words in text(response)
    response = taken(drafter, made, saved(tmp_path, [["甲", "乙"], ["1", "2"]]))
    assert "has no column" in text(response)


def test_1101_items_go_out_and_in(drafter, tmp_path):
    rows = [HEAD, *[[f"第{n // 367 + 1}类", f"{n}", f"首接事项{n}", "建邺区民政局", *LAW] for n in range(1101)]]
    items, numbers = sheets.read_items(saved(tmp_path, rows), original_name="a.xlsx", area_id="320105")
    assert (len(items), numbers[0], numbers[-1]) == (1101, 2, 1102)
    made = draft(drafter, kind="first_receiver", code="first")
    assert taken(drafter, made, saved(tmp_path, rows)).status_code == 302
    assert made.matters.count() == 1101
    page = text(drafter.get(url(made)))
    assert page.count("首接事项") == 100
    assert "after=99" in page


def test_formulas_stay_text(drafter, tmp_path):
    made = draft(drafter)
    rows = [HEAD, ["类", "1", "=1+1", "社区", *LAW]]
    path = tmp_path / "f.csv"
    path.write_text("\n".join(",".join(row) for row in rows), encoding="utf-8")
    assert taken(drafter, made, path).status_code == 302
    content = drafter.get(url(made, "list_workbook")).content
    rows = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()
    assert rows[1][2] == "=1+1", "a formula would come back as its result"


def test_the_reader_of_sheets_refuses_too_many(tmp_path, district, monkeypatch):
    monkeypatch.setattr(sheets, "MOST_ITEMS", 2)
    rows = [HEAD, *[["类", str(n), f"事项{n}", "社区", *LAW] for n in range(3)]]
    with pytest.raises(Invalid) as refusal:
        sheets.read_items(saved(tmp_path, rows), original_name="a.xlsx", area_id="320105")
    assert "2" in str(refusal.value.fields["file"])

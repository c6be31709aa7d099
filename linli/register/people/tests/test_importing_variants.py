"""Sheets as offices really send them: nothing wrong comes in, nothing is cut, what nobody reads is asked once."""

import io

import pytest
import xlsxwriter
from django.utils import timezone

from linli.foundation import vault
from linli.foundation.imports import actions as batches
from linli.foundation.imports import tasks
from linli.foundation.imports.models import SavedWord
from linli.register.people.importing import asking, balance, contents, previewing
from linli.register.people.importing.sentences import sentences_of, unread_sentences
from linli.register.people.models import Person, Staged, UnreadCell
from linli.register.people.tests.factories import citizen_number
from linli.register.people.tests.sheets_of import guessed, uploaded
from linli.register.people.tests.test_importing_events import applied

NUMBERS = [citizen_number(sequence=500 + 2 * at) for at in range(9)]


@pytest.fixture
def by(actor_of):
    return actor_of("community-worker")


def csv(heads: str, *rows: str) -> bytes:
    return "\r\n".join([heads, *(row.format(*NUMBERS) for row in rows)]).encode()


def states(batch) -> list[tuple[str, str]]:
    return [(row.name, row.state) for row in Staged.objects.filter(batch=batch).order_by("row")]


def answered(by, batch, **meanings):
    """The batch after somebody has said what words mean, matched again."""
    columns = {one.word: one.name for one in asking.asked(batch)}
    said = {(columns[word], word): meaning for word, meaning in meanings.items()}
    assert asking.answer(by=by, batch_id=batch.pk, meanings=said, now=timezone.now()) == len(said)
    batches.check_again(by=by, batch_id=batch.pk, now=timezone.now())
    tasks.run(batch.pk)
    batch.refresh_from_db()
    return batch


def test_an_unknown_event_is_asked_once_and_remembered(by):
    rows = ("赵一,{0},参军,2026-10-01", "钱二,{1},参军,2026-10-01", "孙三,{2},拆迁安置,", "李四,{3},在户人员,")
    batch = guessed(by, csv("姓名,身份证号,变动类型,变动日期", *rows))
    assert [state for _name, state in states(batch)] == ["error"] * 4
    assert {(one.word, one.rows) for one in asking.asked(batch)} == {("参军", 2), ("拆迁安置", 1), ("在户人员", 1)}
    answered(by, batch, 参军="flow_out", 拆迁安置="here", 在户人员="-")
    # Who left and is unknown here stays out; nobody of whom it was said that they left comes in as living here.
    assert states(batch) == [("赵一", "error"), ("钱二", "error"), ("孙三", "ok"), ("李四", "ok")]
    assert balance.whole(batch).holds
    applied(by, batch)
    assert set(Person.objects.values_list("name", flat=True)) == {"孙三", "李四"}
    again = guessed(by, csv("姓名,身份证号,人员状态", "周五,{4},拆迁安置", "吴六,{5},参军"))
    assert states(again) == [("周五", "ok"), ("吴六", "error")]
    assert asking.asked(again) == []
    words = {word.word: asking.meaning_words(word) for word in SavedWord.objects.all()}
    assert words["拆迁安置"] == dict(asking.events())["here"]


def test_a_kind_of_document_is_asked_and_its_number_read_again(by):
    batch = guessed(
        by, csv("姓名,证件类型,证件号码", "赵一,某某证,E1234567", "钱二,某某证,E7654321", "孙三,士兵证,{2}")
    )
    assert {(one.word, one.rows) for one in asking.asked(batch)} == {("某某证", 2), ("士兵证", 1)}
    answered(by, batch, 某某证="990", 士兵证="-")
    kinds = list(Staged.objects.filter(batch=batch).order_by("row").values_list("state", "identity_kind"))
    assert kinds == [("ok", "990"), ("ok", "990"), ("ok", "111")]


def test_a_citizens_number_in_a_passport_is_told(by):
    batch = guessed(by, csv("姓名,证件类型,证件号码", "赵一,护照,{0}", "钱二,户口簿,{1}", "孙三,身份证,{2}"))
    assert list(Staged.objects.filter(batch=batch).values_list("identity_kind", flat=True)) == ["111"] * 3
    assert set(unread_sentences(batch)) == {2}
    assert "普通护照" in unread_sentences(batch)[2]["identity_kind"]


def test_nothing_of_a_door_is_cut(by):
    heads = "姓名,身份证号,小区,楼栋,单元,房号"
    rows = (f"赵一,{{0}},和顺名府,{'东' * 50},1,101", f"钱二,{{1}},{'某' * 90},3,1,101", "孙三,{2},和顺名府,3,1,101")
    batch = applied(by, guessed(by, csv(heads, *rows)))
    doors = {one.name: str(one.dwelling or "") for one in Person.objects.select_related("dwelling")}
    assert doors["赵一"] == doors["钱二"] == ""
    assert doors["孙三"]
    kept = {cell.field: vault.unseal(cell.text_sealed, vault.UNREAD) for cell in UnreadCell.objects.filter(batch=batch)}
    assert kept == {"building": "东" * 50, "estate": "某" * 90}


@pytest.mark.parametrize("address", ["村东头第三家", "村东头第三家" * 30, "很长" * 160])
@pytest.mark.parametrize("note", ["", "低保户", "长" * 280])
def test_an_address_without_a_building_is_kept_whole(by, address, note):
    batch = applied(by, guessed(by, csv("姓名,身份证号,现住址,备注", f"赵一,{{0}},{address},{note}")))
    person = Person.objects.get()
    cells = UnreadCell.objects.filter(batch=batch, field="address")
    waiting = [vault.unseal(cell.text_sealed, vault.UNREAD) for cell in cells]
    assert person.note.startswith(note)
    assert (address in person.note) is not (waiting == [address])


def test_a_row_that_says_nothing_else_is_the_same_person(by):
    rows = (
        "赵一,{0},13900001111",
        "赵一,{0},13900001111",
        "赵 一,{0},",
        "赵一,{0},13900002222",
        "赵二,{0},13900001111",
    )
    batch = guessed(by, csv("姓名,身份证号,电话", *rows))
    assert [state for _name, state in states(batch)] == ["ok", "left_out", "left_out", "duplicate", "duplicate"]
    assert balance.left_out(Staged.objects.filter(batch=batch)) == {"same_row": 2}
    booklet = guessed(by, csv("姓名,证件类型,证件号码", "小明,户口簿,{1}", "小明,身份证,{1}"))
    assert states(booklet) == [("小明", "ok"), ("小明", "left_out")]
    assert balance.whole(booklet).holds


def test_ticks_answer_whether_somebody_lives_where_registered(by):
    rows = [f"人{at},{{{at}}},{word}" for at, word in enumerate(("√", "×", "分离"))]
    one = guessed(by, csv("姓名,身份证号,是否人户一致", *rows))
    assert list(Staged.objects.filter(batch=one).order_by("row").values_list("match", flat=True)) == ["1", "3", "3"]
    other = guessed(by, csv("姓名,身份证号,是否人户分离", *rows[:2]))
    assert list(Staged.objects.filter(batch=other).order_by("row").values_list("match", flat=True)) == ["3", "1"]


def test_a_column_of_members_of_the_party_says_their_political_standing(by):
    rows = ("赵一,{0},是,", "钱二,{1},否,", "孙三,{2},是,群众", "李四,{3},是,预备党员")
    batch = guessed(by, csv("姓名,身份证号,是否党员,政治面貌", *rows))
    assert list(Staged.objects.filter(batch=batch).order_by("row").values_list("political", flat=True)) == [
        "01", "", "13", "02",
    ]  # fmt: skip
    assert set(unread_sentences(batch)) == {4}
    applied(by, batch)
    again = guessed(by, csv("姓名,身份证号,是否党员", "钱二,{1},是"))
    assert Staged.objects.get(batch=again).differs == "political"


def test_a_column_that_is_read_of_nobody_is_told(by):
    batch = guessed(by, csv("姓名,身份证号,是否独居,是否低保", "赵一,{0},是,是"))
    assert any("是否独居" in text and "是否低保" not in text for text in balance.remarks(batch))


@pytest.mark.parametrize(
    ("heads", "cells"),
    [
        ("状态", "死亡"), ("状态", "已迁出"), ("死亡", "是"), ("是否迁出", "是"), ("户籍是否迁出", "是"),
        ("备注", "2026年3月去世"),
        ("变动类型,变动日期", "出生,2026-06-01"),
    ],
)  # fmt: skip
def test_nobody_who_died_left_or_was_born_otherwise_comes_in_as_living(by, heads, cells):
    batch = guessed(by, csv(f"姓名,身份证号,{heads}", f"赵一,{{0}},{cells}"))
    assert states(batch) == [("赵一", "error")]


def test_people_above_headings_that_come_again_are_people(by):
    rows = (",,电话,备注", "赵一,{0},13900001111,", "姓名,身份证号,联系电话,备注", "钱二,{1},13900002222,")
    batch = guessed(by, csv("姓名,身份证号,联系,", *rows))
    assert [name for name, state in states(batch) if state == "ok"] == ["赵一", "钱二"]
    assert balance.whole(batch).holds


def workbook(*sheets: tuple[str, list[list[str]]], hidden: int = 0) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        for name, rows in sheets:
            page = book.add_worksheet(name)
            for at, row in enumerate(rows):
                page.write_row(at, 0, row)
            if hidden:
                page.set_row(hidden, None, None, {"hidden": True})
    return out.getvalue()


def test_what_hidden_rows_say_is_shown_without_their_numbers(by):
    rows = [["姓名", "身份证号"], *([f"人{at}", NUMBERS[at]] for at in range(3))]
    batch = guessed(by, workbook(("名单", rows), hidden=2), name="名单.xlsx", hidden="leave")
    row = Staged.objects.get(batch=batch, state="left_out")
    said = previewing.lines([row])[0]["said"]
    assert "人1" in said
    assert NUMBERS[1] not in said
    assert sentences_of(row.errors) == {}


def test_the_sheets_beside_an_own_export_are_no_sheets_of_people(by):
    people = [["_linli", "姓名", "身份证号"], ["", "赵一", NUMBERS[0]]]
    beside = [("代码", [["性别", "代码"], ["男", "1"]]), ("导出说明", [["导出人", "王小明"]])]
    export = uploaded(by, workbook(("人员台账", people), *beside), timezone.now(), "台账.xlsx")
    other = uploaded(by, workbook(("名单", [row[1:] for row in people]), *beside), timezone.now(), "名单.xlsx")
    names = [[one["name"] for one in contents.of(batch, _book(batch))["sheets"]] for batch in (export, other)]
    assert names == [["人员台账"], ["名单", "代码", "导出说明"]]


def _book(batch):
    from linli.register.people.importing.upload import opened

    return opened(batch)

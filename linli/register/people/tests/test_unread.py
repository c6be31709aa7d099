"""Cells that cannot be read keep nobody out, and nothing wrong is read from them: cases of practice, end to end."""

from datetime import date

import pytest
from django.utils import timezone

from linli.foundation import vault
from linli.foundation.imports import actions as batches
from linli.foundation.imports import tasks
from linli.foundation.imports.models import Batch
from linli.register.people import codes
from linli.register.people.actions import fields
from linli.register.people.importing.columns import proposed
from linli.register.people.importing.deciding import correct, decide
from linli.register.people.importing.sentences import sentences_of
from linli.register.people.models import Household, Person, Staged, StagedCell, Tag, UnreadCell
from linli.register.people.queries import search
from linli.register.people.tests.factories import citizen_number
from linli.register.people.tests.sheets_of import undone, uploaded

HEAD, WIFE = citizen_number(date(1950, 1, 1), "1", 11), citizen_number(date(1952, 1, 1), "2", 12)


@pytest.fixture
def by(actor_of):
    return actor_of("community-worker")


def check(by, text: str) -> Batch:
    """A CSV with the columns as they are guessed, checked."""
    now, lines = timezone.now(), text.strip().splitlines()
    names = lines[0].split(",")
    found = proposed(names, [line.split(",") for line in lines[1:]])
    batch = uploaded(by, ("\ufeff" + text.strip() + "\n").encode(), now)
    batches.start_check(
        by=by, batch_id=batch.pk, sheet="CSV", header=(1, 2), columns=names,
        mapping={str(at): one.key for at, one in found.items()},
        options={"event": "entry", "create": True}, signature=str(batch.pk), now=now,
    )  # fmt: skip
    tasks.run(batch.pk)
    batch.refresh_from_db()
    assert batch.state == "checked", batch.message
    return batch


def take(by, batch: Batch) -> dict[str, Person]:
    """The batch applied; its people by name."""
    batches.approve(by=by, batch_id=batch.pk, now=timezone.now())
    tasks.run(batch.pk)
    batch.refresh_from_db()
    assert batch.state == "applied", batch.message
    return {one.name: one for one in Person.objects.filter(batch=batch)}


def groups_of(person: Person) -> dict[str, tuple[str, dict[str, str]]]:
    return {tag.kind: (tag.level, tag.facts) for tag in Tag.objects.filter(person=person, source="imported")}


def test_words_that_deny_give_no_group(by):
    people = take(
        by,
        check(
            by,
            f"""姓名,身份证号,是否低保,残疾情况,失能情况,退役军人,特殊类别
健康人,{citizen_number(date(1990, 1, 2), "1", 1)},NO,健康,自理,非,非低保户
健康二,{citizen_number(date(1990, 1, 2), "1", 2)},不享受,正常,能自理,群众,曾享受低保
停发人,{citizen_number(date(1990, 1, 2), "1", 3)},停发,无,完全自理,否,
低保人,{citizen_number(date(1990, 1, 2), "1", 4)},是,肢体二级,重度,是,低保
数字人,{citizen_number(date(1990, 1, 2), "1", 5)},2,高血压,,,低保申请中""",
        ),
    )
    assert [groups_of(people[name]) for name in ("健康人", "健康二", "停发人", "数字人")] == [{}] * 4
    assert groups_of(people["低保人"]) == {
        "low_income": ("", {}),
        "disabled": ("二级", {"kind": "4"}),
        "incapable": ("重度", {}),
        "veteran": ("", {}),
    }
    # Neither yes nor no: kept for somebody who knows.
    assert sorted(UnreadCell.objects.filter(person=people["数字人"]).values_list("field", flat=True)) == [
        "tag:disabled", "tag:low_income", "tags",
    ]  # fmt: skip


def test_one_column_gives_what_another_denies_and_the_group_waits(by):
    batch = check(by, f"姓名,身份证号,是否残疾,残疾类别\n两样,{HEAD},否,肢体")
    person = take(by, batch)["两样"]
    assert groups_of(person) == {}
    assert UnreadCell.objects.get(person=person).why.startswith('["contradicts"')


def test_a_ditto_mark_takes_the_door_above(by):
    for mark in ("同上", "〃", "″"):
        Household.objects.all().delete() if not Person.objects.exists() else None
        batch = check(
            by,
            f"姓名,身份证号,与户主关系,现住址\n赵大,{HEAD},户主,莫愁新寓3幢2单元301室\n钱妻,{WIFE},妻,{mark}",
        )
        people = take(by, batch)
        assert people["赵大"].household_id == people["钱妻"].household_id
        assert people["钱妻"].dwelling.address == "莫愁新寓3幢2单元301室"
        assert (people["赵大"].household.size, people["钱妻"].relation) == (2, "12")
        assert undone(by, batch, timezone.now()).state == "undone"


def test_a_ditto_mark_is_no_name_and_no_number(by):
    batch = check(by, f"姓名,身份证号,联系电话\n赵大,{HEAD},13900001111\n同上,{WIFE},同上")
    row = Staged.objects.get(batch=batch, row=3)
    assert set(sentences_of(row.errors)) == {"name"}
    assert (row.phone_index, row.unread) == ("", "/phone/")


def test_a_masked_number_changes_nothing_and_is_told(by):
    known = take(by, check(by, "姓名,出生日期,联系电话\n赵一,1960-03-02,13900001111"))["赵一"]
    batch = check(by, "姓名,出生日期,联系电话\n赵一,1960-03-02,139****1111\n赵新,1961-03-02,138****2222")
    row = Staged.objects.get(batch=batch, row=2)
    assert (row.phone_index, row.unread) == ("", "/phone/")
    if row.state == "duplicate":
        decide(by=by, batch_id=batch.pk, decision="same", rows=[2], now=timezone.now())
    people = take(by, Batch.objects.get(pk=batch.pk))
    known.refresh_from_db()
    assert fields.plain(known, "phone") == "13900001111"
    assert not UnreadCell.objects.filter(person=known).exists()
    # Where nothing is held it is no number either; what the sheet says waits.
    assert people["赵新"].phone_index == ""
    kept = UnreadCell.objects.get(person=people["赵新"])
    assert vault.unseal(kept.text_sealed, vault.UNREAD) == "138****2222"
    assert kept.heading == "联系电话"


def test_a_wide_name_is_found(by):
    number = citizen_number(date(1980, 6, 7), "2", 3)
    people = take(by, check(by, f"姓名,身份证号\n王　芳香,{number}\n买买提•阿布都拉,{HEAD}\nJohn  Smith,{WIFE}"))
    assert set(people) == {"王芳香", "买买提·阿布都拉", "John Smith"}
    assert people["王芳香"].given == "芳香"
    for typed in ("王芳香", "芳香"):
        assert (
            people["王芳香"].pk in [one.pk for one in search.people(by, typed)] if hasattr(search, "people") else True
        )


SAID = (
    "户主=02 户主本人=02 本人=02 妻=12 夫=11 儿子=20 长子=22 次子=23 三子=24 "
    "四子=25 长女=32 次女=33 三女=34 二女=33 二女儿=33 大儿子=22 小儿子=29 儿=20 "
    "女=30 子=20 儿媳=38 女婿=28 孙=42 孙子=41 外孙=44 外孙女=44 曾孙=48 "
    "重孙=48 孙媳=45 孙媳妇=45 父=51 父母=52 岳父=55 公婆=54 奶奶=62 姥姥=64 "
    "哥=71 弟媳=74 妯娌=97 伯父=81 婶婶=84 舅=85 姑=90 姨妈=88 堂兄=91 "
    "表妹=92 侄子=93 侄女=94 外甥=95 外甥女=96 继子=27 养女=37 保姆=99 租客=99 "
    "01_户主=02 "
)
RELATIONS = {word.replace("_", " "): code for word, code in (pair.split("=") for pair in SAID.split())}


def test_every_word_of_kin_has_a_code_or_asks_and_no_row_is_lost(by):
    words = [*RELATIONS, "媳妇", "其他", "干亲"]
    lines = [
        f"测{chr(0x4E00 + at)},{citizen_number(date(1960, 3, 2), '2', 20 + 2 * at)},{word},{1000 + at}"
        for at, word in enumerate(words)
    ]
    batch = check(by, "姓名,身份证号,与户主关系,户号\n" + "\n".join(lines))
    assert (batch.counts["error"], batch.counts["new"]) == (0, len(words))
    rows = dict(Staged.objects.filter(batch=batch).values_list("row", "relation"))
    assert {word: rows[at + 2] for at, word in enumerate(RELATIONS)} == RELATIONS
    assert set(StagedCell.objects.filter(batch=batch).values_list("word", flat=True)) == {"媳妇", "其他", "干亲"}
    people = take(by, batch)
    assert len(people) == len(words)
    # Who is asked about is no head by being first.
    assert Person.objects.filter(unread_cells__field="relation", relation="02").count() == 0
    assert set(RELATIONS.values()) <= set(codes.labels("relation"))


@pytest.mark.parametrize(
    ("cell", "shown", "day"),
    [
        ("1958", "1958", date(1958, 12, 31)),
        ("约1958年", "1958", date(1958, 12, 31)),
        ("1958-03", "1958-03", date(1958, 3, 31)),
        ("58年3月", "1958-03", date(1958, 3, 31)),
        ("1958-03-02", "1958-03-02", date(1958, 3, 2)),
    ],
)
def test_a_birth_is_held_as_far_as_it_is_known(by, cell, shown, day):
    person = take(by, check(by, f"姓名,出生日期,联系电话\n赵六,{cell},13900001111"))["赵六"]
    assert (person.born, person.born_words) == (day, shown)
    assert fields.as_text(fields.plain(person, "born")) == shown
    # A whole day is news; the year again is none.
    again = check(by, "姓名,出生日期,联系电话\n赵六,1958,13900001111")
    row = Staged.objects.get(batch=again)
    if row.state == "duplicate":
        decide(by=by, batch_id=again.pk, decision="same", rows=[2], now=timezone.now())
        row.refresh_from_db()
    assert "born" not in row.differs.split()


def test_a_number_may_say_the_day_of_a_year_that_fits_and_no_other(by):
    batch = check(by, f"姓名,身份证号,出生日期\n赵一,{HEAD},1950年\n钱二,{WIFE},1953年")
    assert Staged.objects.get(batch=batch, row=2).born_precision == ""
    assert set(sentences_of(Staged.objects.get(batch=batch, row=3).errors)) == {"born"}


@pytest.mark.parametrize(
    ("cell", "own", "other", "unread"),
    [
        ("13900001111/13900002222", "13900001111", "13900002222", ""),
        ("13900001111 13900002222", "13900001111", "13900002222", ""),
        ("女儿13900002222", "", "13900002222", ""),
        ("赵一13900001111", "13900001111", "", ""),
        ("13900001111、13900002222、13900003333", "13900001111", "13900002222", "/phone/"),
        ("13900001111139", "", "", "/phone/"),
        ("139****1111", "", "", "/phone/"),
        ("无", "", "", ""),
    ],
)
def test_two_phones_in_a_cell(by, cell, own, other, unread):
    batch = check(by, f"姓名,身份证号,联系电话\n赵一,{HEAD},{cell}")
    row = Staged.objects.get(batch=batch)
    assert row.unread == unread
    assert vault.unseal(row.phone_sealed, vault.PHONE) == own
    assert vault.unseal(row.other_phone_sealed, vault.PHONE) == other


@pytest.mark.parametrize(
    "name",
    [
        "空房",
        "空户",
        "空房1",
        "3幢1",
        "1301",
        "0",
        "无",
        "无人",
        "待定",
        "出租",
        "张三、李四",
        "张三等3人",
        "张三 李四 王五",
        "123",
        "户主",
        "合计人数",
        "王*",
        "〃",
        "张三/李四",
    ],
)
def test_what_is_no_name_is_nobody(by, name):
    batch = check(by, f"姓名,身份证号\n赵一,{HEAD}\n{name},{WIFE}")
    row = Staged.objects.filter(batch=batch, row=3).first()
    assert row is not None
    assert list(sentences_of(row.errors)) == ["name"]
    assert set(take(by, batch)) == {"赵一"}


@pytest.mark.parametrize(
    "name", ["一", "丁一", "空明", "无名", "和平", "李和平", "欧阳 娜娜", "吴人", "户田", "阿依古丽·买买提", "李军2"]
)
def test_short_and_rare_names_are_names(by, name):
    assert Staged.objects.get(batch=check(by, f"姓名,身份证号\n{name},{HEAD}")).state == "ok"


def test_somebody_may_say_that_it_is_a_name(by):
    batch = check(by, f"姓名,身份证号\n老人,{HEAD}")
    row = correct(by=by, batch_id=batch.pk, number=2, changes={}, named=True, now=timezone.now())
    assert (row.state, row.name) == ("ok", "老人")


def test_nothing_is_cut_without_a_word(by):
    long = "很长的单位" * 60
    person = take(by, check(by, f"姓名,身份证号,工作单位\n赵一,{HEAD},{long}"))["赵一"]
    assert person.workplace == ""
    kept = UnreadCell.objects.get(person=person)
    assert vault.unseal(kept.text_sealed, vault.UNREAD) == long
    assert kept.why.startswith('["too_long"')


def test_a_damaged_number_keeps_nobody_out_who_is_told_apart_otherwise(by):
    batch = check(
        by, "姓名,身份证号,出生日期\n赵一,3201051958,1958-03-02\n赵二,3.2E+17,\n赵三,3201**********1234,1960-01-01"
    )
    assert batch.counts["error"] == 1
    people = take(by, batch)
    assert set(people) == {"赵一", "赵三"}
    assert {one.identity_kind for one in people.values()} == {"000"}
    assert UnreadCell.objects.filter(field="identity").count() == 2
    assert undone(by, batch, timezone.now()).state == "undone"
    assert not UnreadCell.objects.exists()


def test_an_unread_cell_says_nothing_of_what_is_held(by):
    known = take(by, check(by, f"姓名,身份证号,人口类型,民族\n赵一,{HEAD},流动,回"))["赵一"]
    batch = check(by, f"姓名,身份证号,人口类型,民族\n赵一,{HEAD},非农业,外星")
    assert Staged.objects.get(batch=batch).state == "unchanged"
    known.refresh_from_db()
    assert (known.kind, known.ethnic) == ("floating", "03")


@pytest.mark.parametrize(("cell", "match"), [("是", "3"), ("否", "1"), ("一致", "1"), ("1", "")])
def test_a_heading_that_asks_the_opposite(by, cell, match):
    assert Staged.objects.get(batch=check(by, f"姓名,身份证号,人户分离\n赵一,{HEAD},{cell}")).match == match

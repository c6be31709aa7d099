"""The basis as a lawyer reads it: the table of practice, and own cases around every rule of the table."""

import csv
from copy import deepcopy
from datetime import date
from pathlib import Path

import pytest

from linli.foundation.rules import queries as rules
from linli.spine.catalogue import basis
from linli.spine.catalogue.basis import Document, Guarantees

ON = date(2026, 11, 27)
OVER = date(2026, 11, 26)
TABLE = (Path(__file__).parent / "data" / "basis.tsv").read_text("utf-8")
CASES = list(csv.DictReader(TABLE.splitlines(), delimiter="\t"))


@pytest.fixture(scope="module")
def shipped():
    return {one.domain: one.params for one in rules._shipped()}


def document(text: str, **more: object) -> Document:
    form, issuer, level = text.split("/")
    return Document(**({"title": "某某文件", "form": form, "issuer": issuer, "level": level} | more))  # type: ignore[arg-type]


def passes(shipped, sort: str, documents: list[Document], kind: str = "task", given: Guarantees | None = None) -> bool:
    """What an application is judged by, without its words: list, kind of thing, and what comes with it."""
    heights = shipped["admission.basis"]
    form = shipped["admission.forms"]["forms"].get(kind, {})
    judged = basis.check(sort=sort, documents=documents, rules=heights, on=ON, guarantees=given)
    reached = any(
        one.form in form.get("forms", (one.form,)) and basis.RANK[one.level] >= basis.RANK[form.get("level", "street")]
        for one in basis.sufficient(sort, documents, heights, ON)
    )
    return judged.ok and reached


GIVEN = {
    "未达成一致": Guarantees(amount=1, conditions="提供办公场地", agreed=False),
    "豁免有理由": Guarantees(waived_because="宣传品由市局统一印制配送", conditions="提供办公场地", agreed=True),
    "“无”不是理由": Guarantees(waived_because="无", conditions="提供办公场地", agreed=True),
    "无条件": Guarantees(amount=1, conditions="", agreed=True),
}
WORDS = {"43", "45"}
DATED = {"19": {"valid_to": ON}, "21": {"valid_from": ON}}


@pytest.mark.parametrize(
    "case", [one for one in CASES if one["no"] not in WORDS], ids=lambda one: f"{one['no']} {one['note']}"
)
def test_the_table_of_practice(shipped, case):
    """The two that are stopped by their words are in test_wording."""
    documents = [document(one, **DATED.get(case["no"], {})) for one in case["basis (form/issuer/level)"].split("+")]
    if case["no"] == "22":
        documents[0] = document("document/offices/city", valid_to=OVER)
    enough = Guarantees(amount=1, conditions="提供办公场地", agreed=True)
    ok = passes(shipped, case["list"], documents, case["kind"], GIVEN.get(case["note"], enough))
    assert ok is (case["verdict"] == "pass")


LISTS = [
    # who makes law at all (立法法): a row for each body
    ("duty", "law/legislature/province", True),
    ("duty", "law/government/nation", True),
    ("duty", "law/government/province", True),
    ("duty", "law/government/city", True),
    ("duty", "law/department/nation", True),
    ("duty", "law/government/district", False),
    ("duty", "law/government/street", False),
    ("duty", "law/department/province", False),
    ("duty", "law/department/district", False),
    ("duty", "law/offices/nation", False),
    ("duty", "law/offices/city", False),
    ("duty", "law/other/nation", False),
    ("entrusted", "law/legislature/district", False),
    ("assist", "law/department/city", False),
    # below law: what each list asks for, and what is above it
    ("duty", "document/legislature/city", True),
    ("duty", "document/legislature/district", False),
    ("duty", "document/government/nation", True),
    ("duty", "document/department/province", False),
    ("duty", "document/other/province", False),
    ("entrusted", "law/legislature/nation", True),
    ("entrusted", "law/department/nation", True),
    ("entrusted", "document/offices/district", True),
    ("entrusted", "document/legislature/district", True),
    ("entrusted", "document/government/province", True),
    ("entrusted", "document/offices/street", False),
    ("entrusted", "document/other/district", False),
    ("entrusted", "document/department/city", False),
    ("assist", "document/department/province", True),
    ("assist", "document/offices/city", True),
    ("assist", "document/legislature/nation", True),
    ("assist", "document/offices/district", False),
    ("assist", "document/other/city", False),
    ("assist", "document/legislature/district", False),
]


@pytest.mark.parametrize(("sort", "basis_of", "ok"), LISTS)
def test_who_can_put_something_on_a_list(shipped, sort, basis_of, ok):
    assert passes(shipped, sort, [document(basis_of)]) is ok


READ = [
    # number
    ("law/government/city", {"number": "建城管〔2026〕12号"}, False),
    ("law/legislature/nation", {"number": "国办发〔2021〕3号"}, False),
    ("law/department/nation", {"number": "民发[2020]20号"}, False),
    ("law/department/nation", {"number": "民政部令第67号"}, True),
    ("law/legislature/nation", {"number": "主席令第二十一号"}, True),
    ("law/government/nation", {"number": "主席令第二十一号"}, False),
    ("law/government/nation", {"number": "国务院令第649号"}, True),
    ("law/legislature/nation", {"number": "国务院令第649号"}, False),
    ("law/government/city", {"number": "某某市人民政府令第12号"}, True),
    ("law/legislature/city", {"number": "某某市人民政府令第12号"}, False),
    ("law/legislature/province", {"number": "省人民代表大会常务委员会公告〔2023〕第8号"}, True),
    ("document/government/city", {"number": "建城管〔2026〕12号"}, False),
    ("document/offices/city", {"number": "新民函函〔2023〕108号"}, False),
    ("document/government/city", {"number": "某政办发〔2026〕12号"}, False),
    ("document/offices/city", {"number": "某政办发〔2026〕12号"}, True),
    ("document/government/city", {"number": "某政发〔2026〕3号"}, True),
    ("document/offices/city", {"number": "某政发〔2026〕3号"}, False),
    ("document/government/city", {"number": "太华街办发〔2026〕3号"}, False),
    ("document/government/city", {"number": "民发〔2020〕20号"}, False),
    ("document/government/nation", {"number": "国发〔2015〕52号"}, True),
    ("document/offices/city", {"number": "中办发〔2024〕1号"}, False),
    ("document/offices/city", {"number": "宁区委办发〔2014〕89号", "issuer_name": "某某区委办公室"}, False),
    # title
    ("law/government/city", {"title": "关于加强城市管理工作的通知"}, False),
    ("law/government/city", {"title": "关于印发《某某市管理办法》的通知"}, False),
    ("law/government/city", {"title": "社区工作实施方案（试行）"}, False),
    ("law/legislature/city", {"title": "关于深化社区减负的意见"}, False),
    ("law/legislature/nation", {"title": "答复人大建议的函"}, False),
    ("law/government/city", {"title": "某某市城市管理条例"}, False),
    ("law/government/nation", {"title": "志愿服务条例"}, True),
    ("law/legislature/city", {"title": "某某市城市管理条例"}, True),
    ("law/legislature/province", {"title": "某某市城市管理条例"}, False),
    ("law/legislature/city", {"title": "某某省实施办法"}, False),
    ("law/legislature/city", {"title": "某某区城市管理办法"}, False),
    ("law/legislature/city", {"title": "某某市某某区城市管理办法"}, False),
    ("law/legislature/district", {"title": "某某土家族自治县自治条例"}, True),
    ("law/legislature/city", {"title": "中华人民共和国城市居民委员会组织法（2018年修正）"}, False),
    ("law/legislature/nation", {"title": "中华人民共和国城市居民委员会组织法（2018年修正）"}, True),
    ("law/legislature/nation", {"title": "《中华人民共和国民法典》"}, True),
    ("law/government/nation", {"title": "城市管理法"}, False),
    ("law/government/nation", {"title": "社会救助暂行办法"}, True),
    ("law/legislature/nation", {"title": "中国共产党支部工作条例（试行）"}, False),
    ("law/legislature/province", {"title": "上海市居民委员会工作条例"}, True),
    ("law/legislature/province", {"title": "某某自治区物业管理条例"}, True),
    ("law/legislature/city", {"title": "住宅小区物业管理条例"}, True),
    ("law/legislature/city", {"title": "某某经济特区物业管理条例"}, True),
    # issuer, in its own field or before 关于
    ("document/government/city", {"title": "某某区城市管理局关于市容工作的通知"}, False),
    ("document/department/city", {"title": "某某区城市管理局关于市容工作的通知"}, False),
    ("document/department/city", {"title": "某某市城市管理局关于市容工作的通知"}, True),
    ("document/offices/city", {"issuer_name": "某某市创建工作领导小组办公室"}, False),
    ("document/government/city", {"issuer_name": "某某街道办事处"}, False),
    ("document/offices/city", {"issuer_name": "某某市人民政府办公室"}, True),
    ("document/government/city", {"issuer_name": "某某市人民政府办公室"}, False),
    ("document/offices/city", {"issuer_name": "中共某某区委办公室"}, False),
    ("document/government/city", {"issuer_name": "中共某某市委"}, True),
    ("document/department/nation", {"issuer_name": "民政部"}, True),
    ("document/department/city", {"issuer_name": "民政部"}, True),
]


@pytest.mark.parametrize(("chosen", "said", "ok"), READ)
def test_what_a_document_says_of_itself_is_read(shipped, chosen, said, ok):
    found = list(basis._unsound(document(chosen, **said), shipped["admission.basis"]))
    assert (not found) is ok, found
    assert all(one.source and one.rule in ("reading", "law") for one in found)


TOGETHER = [
    # one that suffices is not spoilt by one that is over, of nobody, or misread
    ("duty", ["law/legislature/nation", "document/department/district"], "task", True),
    ("assist", ["law/offices/city", "document/department/city"], "task", True),
    # list and kind of thing are carried by the same document
    ("entrusted", ["document/government/district", "document/other/city"], "inspection", False),
    ("entrusted", ["document/government/district", "document/department/province"], "signboard", False),
    ("entrusted", ["document/government/city", "document/department/district"], "inspection", True),
    ("assist", ["document/department/city", "law/legislature/district"], "seal", False),
    ("assist", ["document/department/city"], "appraisal", True),
    ("assist", ["document/department/city"], "app", True),
    ("assist", ["document/department/city"], "seal", False),
    ("entrusted", ["document/government/district"], "group", True),
    ("entrusted", ["document/government/district"], "app", False),
]


@pytest.mark.parametrize(("sort", "documents", "kind", "ok"), TOGETHER)
def test_documents_together(shipped, sort, documents, kind, ok):
    enough = Guarantees(amount=1, conditions="提供办公场地", agreed=True)
    assert passes(shipped, sort, [document(one) for one in documents], kind, enough) is ok


NO_REASONS = [
    *("无", "不需要", "/", "暂无", "同上", "无无无无无", "不需要不需要", "。。。。", "------", "1234"),
    *("暂不需要经费", "不涉及任何费用", "见附件", "按有关规定执行", "财政紧张", "今年预算不足"),
    *("test", "N/A", "哈哈哈哈哈", "根据实际情况确定"),
]
REASONS = [
    "由街道统一保障",
    "宣传品由市局统一印制配送",
    "只在公示栏张贴一次，海报由区里送到",
    "志愿者自带工具，不产生耗材",
]


@pytest.mark.parametrize("text", NO_REASONS)
def test_what_is_no_reason(shipped, text):
    assert not basis.is_reason(text, shipped["admission.basis"])


@pytest.mark.parametrize("text", REASONS)
def test_what_is_a_reason(shipped, text):
    assert basis.is_reason(text, shipped["admission.basis"])


@pytest.mark.parametrize("text", ["", "无", "暂无", "无条件", "——"])
def test_no_conditions_in_other_words(shipped, text):
    given = Guarantees(amount=1, conditions=text, agreed=True)
    assert not passes(shipped, "assist", [document("document/department/city")], given=given)


def test_what_is_needed_to_look_a_document_up():
    whole = document("law/legislature/nation", number="主席令第21号", article="第三条", shown=True)
    assert basis.missing(whole) == []
    assert basis.missing(document("law/legislature/nation", title="", number=" ")) == [
        "title",
        "number",
        "article",
        "text",
    ]


def test_every_row_of_the_table_has_its_source_and_is_used(shipped):
    table = shipped["admission.basis"]
    rows = [*table["law_makers"], *table["reading"], *(way for one in table["lists"].values() for way in one["any_of"])]
    assert all(row["source"] for row in rows)
    assert all(row["says"] and row["allows"] for row in table["reading"])


def test_a_place_may_ask_for_more_and_never_for_less(shipped):
    national = shipped["admission.basis"]

    def loosened(change) -> list[str]:
        own = deepcopy(national)
        change(own)
        return basis.looser(own, national)

    assert loosened(lambda own: own["lists"]["duty"]["any_of"].pop()) == []
    assert loosened(lambda own: own["lists"]["entrusted"]["any_of"][1].update(level="city")) == []
    assert loosened(lambda own: own["reading"].append({"in": "title", "pattern": "公报$", "allows": []})) == []
    assert loosened(lambda own: own["lists"]["duty"]["any_of"][1].update(level="district")) == ["lists.duty.any_of.2"]
    assert loosened(lambda own: own["lists"]["duty"]["any_of"][1].pop("issuers")) == ["lists.duty.any_of.2"]
    assert loosened(lambda own: own["lists"]["assist"].pop("agreement")) == ["lists.assist.agreement"]
    assert loosened(lambda own: own["law_makers"].append({"issuer": "government", "level": "district"}))
    assert loosened(lambda own: own["reading"].pop(0))
    assert loosened(lambda own: own["no_reasons"]["patterns"].pop())
    assert loosened(lambda own: own["no_reasons"].update(least=1))

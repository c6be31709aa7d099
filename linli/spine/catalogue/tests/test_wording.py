"""The seven categories that may not reach a community: by name, by wording, and what only looks like them."""

import pytest

from linli.foundation.rules import queries as rules
from linli.spine.catalogue.wording import prohibited


@pytest.fixture(scope="module")
def shipped():
    return next(one.params for one in rules._shipped() if one.domain == "admission.prohibited")


def codes(shipped, *texts: str, **more: bool) -> list[str]:
    return [hit.code for hit in prohibited(texts, shipped, **more)]


BLOCKED = [
    # by name
    ("investment", "招商引资"),
    ("investment", "社区招商引资任务指标"),
    ("tax", "协税护税"),
    ("income", "经济创收任务"),
    ("enforcement", "社区作为行政执法责任主体"),
    ("demolition", "社区作为拆迁拆违的责任主体"),
    ("environment", "环境整治责任"),
    ("city_management", "城市管理责任主体"),
    # by wording only
    ("investment", "每个社区全年引进企业不少于3家"),
    ("investment", "完成外资到账500万元"),
    ("investment", "招 商-引 资"),
    ("investment", "招商引資"),
    ("investment", "ＧＤＰ之外，另下达引资任务"),
    ("tax", "摸排辖区税源，完成征缴任务"),
    ("tax", "协助税务部门催缴，护税员由社区工作者担任"),
    ("income", "集体经济增收完成率列入考核"),
    ("income", "辖区产值排名通报"),
    ("enforcement", "对无证摊点负责查处"),
    ("enforcement", "社区承担综合执法职责"),
    ("demolition", "负责辖区拆违工作"),
    ("demolition", "社区包干，限期拆除楼顶违法建筑"),
    ("demolition", "签订房屋征收责任状"),
    ("environment", "环境综合整治由社区兜底"),
    ("environment", "秸秆禁烧第一责任人为社区书记"),
    ("environment", "人居环境整治工作考核排名"),
    ("city_management", "牵头市容管理"),
    ("city_management", "占道经营整治完成率不低于95%"),
]
PASSING = [
    "宣传环境卫生",
    "宣传环境整治政策",
    "组织居民参加环境卫生志愿服务",
    "协助开展环境整治的入户告知",
    "配合城管部门劝导占道经营",
    "协助城市管理部门劝导占道经营，由部门负责查处",
    "协助拆迁政策宣传",
    "向居民宣讲房屋征收补偿政策",
    "开展税收政策普法宣传",
    "引导居民依法纳税",
    "宣传招商引资政策",
    "社区不作为责任主体，协助通知居民参加行政执法公示",
    "调解民间纠纷",
    "低保入户调查协助",
    "组织居民会议，向居民报告工作",
    "承担社会责任，开展便民服务",
    "负责召集居民会议。协助宣传拆迁政策",
    "",
]


@pytest.mark.parametrize(("code", "text"), BLOCKED)
def test_it_is_blocked_by_name_and_by_wording(shipped, code, text):
    assert code in codes(shipped, text)


@pytest.mark.parametrize("text", PASSING)
def test_what_only_looks_like_it_passes(shipped, text):
    assert codes(shipped, text) == []


def test_every_category_is_in_the_table(shipped):
    assert {one["code"] for one in shipped["categories"]} == {code for code, _text in BLOCKED}
    assert len(shipped["categories"]) == 7


@pytest.mark.parametrize("text", ["环境整治", "拆违", "城市管理", "综合执法"])
def test_the_subject_is_enough_when_the_form_makes_the_community_answer_for_it(shipped, text):
    assert codes(shipped, text) == []
    assert len(codes(shipped, text, community_leads=True)) == 1
    assert codes(shipped, f"宣传{text}", community_leads=True) == []


def test_words_of_different_sentences_do_not_add_up(shipped):
    assert codes(shipped, "协助环境整治。负责召集居民会议") == []
    assert codes(shipped, "协助环境整治", "负责召集居民会议") == []


def test_the_words_that_gave_it_away_are_named(shipped):
    (hit,) = prohibited(["负责辖区拆违工作"], shipped)
    assert hit.words == ("拆违", "负责")
    assert hit.name == "作为责任主体的拆迁拆违"


def test_each_category_is_named_once(shipped):
    assert codes(shipped, "招商引资任务", "招商引资指标") == ["investment"]

"""How well a task fits its item, on pairs of both kinds; what words mean whatever it is called; document numbers."""

import json
from datetime import date
from importlib import resources

import pytest

from linli.foundation.rules import queries as rules
from linli.spine.catalogue import citation
from linli.spine.catalogue.fit import Fit, fit, marked

ON = date(2026, 11, 23)
#: List, number, title and text of a task, and whether it is what the item says.
PAIRS = [
    ("duty", "1.1", "宪法宣传周宣传栏更换", "请在宣传栏张贴宪法宣传海报", True),
    ("duty", "1.1", "民法典讲座", "请组织居民参加民法典讲座", True),
    ("duty", "1.1", "反有组织犯罪法普法资料发放", "请发放普法宣传页", True),
    ("duty", "1.1", "辖区两千名老年人花名册", "请报送两千人的姓名、身份证号和住址", False),
    ("duty", "1.1", "商户纳税情况统计", "请统计商户营业额", False),
    ("duty", "1.1", "清理占道摊贩", "请每日清理流动摊贩", False),
    ("duty", "5.1", "清理流动摊贩和占道经营", "请每日清理辖区流动摊贩，扣押物品", False),
    ("duty", "5.1", "居委会资产登记指导", "请登记资产，公布收支，区里派人指导", True),
    ("duty", "5.1", "出租屋租户信息采集", "请逐户采集租客信息", False),
    ("duty", "3.1", "邻里纠纷调解案卷规范指导", "司法局上门指导调解记录的制作", True),
    ("duty", "3.1", "人民调解员培训", "请人民调解委员会成员参加培训", True),
    ("duty", "3.1", "劝离违停车辆", "请到小区劝离违停车辆", False),
    ("duty", "2.1", "安装节水平台", "请组织居民安装节水平台并打卡", False),
    ("duty", "12.2", "业主委员会换届筹备指导", "请协助筹备业主大会，街道派人指导", True),
    ("duty", "12.2", "物业企业税收排查", "请排查物业企业纳税情况", False),
    ("duty", "13.1", "突发事件先期处置演练培训", "请参加自救互救培训", True),
    ("duty", "13.1", "拆除违章建筑", "请组织拆除违建", False),
    ("duty", "11.1", "居务公开栏内容更新提示", "请按季度公布财务收支", True),
    ("duty", "11.1", "养犬登记收费", "请上门收取养犬登记费用", False),
    ("duty", "6.1", "居民会议议事规则培训", "请参加居民会议召集和记录的培训", True),
    ("duty", "6.1", "彩票销售", "请动员居民购买彩票", False),
    ("duty", "10.1", "收集居民对停车管理的意见", "请收集居民意见和建议", True),
    ("duty", "12.3", "志愿者活动场地需求对接", "请对接社会组织的场地需求", True),
    ("duty", "8.1", "居民公约修订指导", "请组织讨论居民公约", True),
    ("duty", "9.1", "公益筹资账目公布提示", "请公布公益事业筹资收支", True),
    ("duty", "9.1", "党费收缴", "请收缴党费", False),
    ("assist", "2.1", "流感疫苗接种告知", "请告知辖区老年人接种时间和地点", True),
    ("assist", "2.1", "秋冬季健康讲座通知", "请通知六十岁以上居民参加健康讲座，张贴海报", True),
    ("assist", "2.1", "高血压日义诊通知", "请通知居民参加义诊", True),
    ("assist", "2.1", "垃圾分类督导", "请在垃圾桶旁值守并劝导", False),
    ("assist", "2.1", "店招信息统计", "请统计店招尺寸", False),
    ("assist", "2.1", "养老金待遇资格认证", "请通知老年人办理待遇资格认证", False),
    ("assist", "19.1", "楼道消防提示张贴", "请在每个单元门口张贴消防提示", True),
    ("assist", "19.1", "电动自行车充电安全提示", "张贴充电安全提示，提醒居民不在楼道充电", True),
    ("assist", "19.1", "消防演练", "请组织居民参加疏散演练", True),
    ("assist", "19.1", "反诈宣传", "请发放防骗宣传页", False),
    ("assist", "19.1", "商户灭火器查处", "请查处灭火器过期的商户", False),
    ("assist", "1.1", "防盗防骗宣传", "请宣传防盗防诈骗知识", True),
    ("assist", "1.1", "流动人口居住证办理率", "请动员流动人口办理居住证", False),
    ("assist", "4.3", "征兵公告张贴", "请张贴公告，通知适龄青年登记", True),
    ("assist", "4.3", "军人家属商业保险推介", "请推介保险", False),
    ("assist", "6.2", "低保家庭入户调查陪同", "请陪同入户，反映情况", True),
    ("assist", "6.2", "租户入户登记", "请入户登记租客", False),
    ("assist", "6.3", "低保名单公示", "请张贴低保名单，听取意见", True),
    ("assist", "6.3", "党员名单公示", "请张贴党员名单", False),
    ("assist", "7.1", "特困人员排查和代为申请", "请发现特困人员并代为申请", True),
    ("assist", "10.1", "防震应急演练", "请组织居民参加应急演练", True),
    ("assist", "10.1", "停车收费宣传", "请宣传停车收费", False),
    ("assist", "11.1", "矛盾纠纷排查", "请排查矛盾纠纷并调解", True),
    ("assist", "11.1", "违建排查拆除", "请排查并拆除违建", False),
    ("assist", "11.2", "12345工单回访配合", "请配合了解情况和回访", True),
    ("assist", "12.1", "养老金待遇资格认证提醒", "请宣传政策，协助认证", True),
    ("assist", "12.2", "失业人员岗位推荐", "请收集需求，告知岗位", True),
    ("assist", "12.2", "企业招商线索收集", "请收集企业招商线索", False),
    ("assist", "13.1", "社区运动会", "请组织居民参加运动会，提供场地", True),
    ("assist", "13.1", "保险推介会场地", "请提供场地，组织居民参加保险推介", False),
    ("assist", "14.1", "消费维权日宣传", "请宣传并告知投诉途径", True),
    ("assist", "15.1", "独居老人走访", "请走访独居老人，反映需求", True),
    ("assist", "15.2", "老年人信息登记", "请老年人自愿登记，反映需求", True),
    ("assist", "15.2", "犬只信息登记", "请登记犬只信息", False),
    ("assist", "16.1", "残疾人需求摸底", "请反映残疾人需求", True),
    ("assist", "17.1", "流动人口登记途径告知", "请告知流动人口登记途径", True),
    ("assist", "17.2", "经济普查入户", "请宣传动员，协助普查员入户", True),
    ("assist", "17.2", "商户税源摸排", "请摸排商户税源", False),
    ("assist", "18.2", "业委会换届", "请参加业委会换届筹备", True),
    ("assist", "18.1", "小区联席会议", "请参加住宅小区联席会议", True),
    ("assist", "19.3", "过期药品回收宣传", "请张贴食品药品安全宣传", True),
    ("assist", "19.3", "餐饮店强制清退", "请清退无证餐饮", False),
    ("assist", "20.1", "社区矫正对象帮教", "请协助帮教，反映情况", True),
    ("assist", "20.1", "宗教场所看护", "请看护宗教场所", False),
    ("assist", "9.2", "灾情报告", "请及时报告灾情", True),
    ("assist", "9.2", "房屋征收动员", "请动员居民签约房屋征收", False),
]


@pytest.fixture(scope="module")
def items():
    text = (resources.files("linli.spine.catalogue") / "data" / "lists.json").read_text("utf-8")
    return {
        (one["kind"], row["code"]): (row["name"], row.get("does", ""), row["told"])
        for one in json.loads(text)
        for row in one["matters"]
    }


@pytest.fixture
def params(db):
    return rules.params("admission.citation", "", ON)


def test_there_are_enough_pairs_of_both_kinds():
    fitting = sum(pair[-1] for pair in PAIRS)
    assert len(PAIRS) >= 60
    assert min(fitting, len(PAIRS) - fitting) >= 25


@pytest.mark.parametrize(("kind", "code", "title", "text", "fits"), PAIRS)
def test_it_tells_what_the_item_says_from_what_it_does_not(items, params, kind, code, title, text, fits):
    found = fit(title=title, text=text, item=items[kind, code], rules=params["fit"])
    assert (found.score >= params["fit"]["enough"]) is fits, found


def test_it_says_which_words_met_and_which_did_not(params):
    item = ("协助消防安全宣传", "张贴宣传，组织演练")
    found = fit(title="电动车充电提示张贴", text="请组织商户参加", item=item, rules=params["fit"])
    assert {"电动车", "张贴"} <= set(found.matched)
    assert {"消防", "张贴"} <= set(found.item_words)
    assert "商户" in found.missing
    assert fit(title="协助消防安全宣传", text="张贴宣传，组织演练", item=item, rules=params["fit"]).score >= 90
    assert fit(title="甲乙丙丁", text="", item=item, rules=params["fit"]) == Fit(0)


def test_words_that_act_against_people_need_an_item_that_has_them(params):
    borrowed = fit(
        title="消防安全宣传暨占道摊贩取缔", text="张贴宣传", item=("协助消防安全宣传", "张贴宣传"), rules=params["fit"]
    )
    assert borrowed.score <= params["fit"]["heavy_cap"]
    assert borrowed.missing[0] == "取缔"


def test_a_text_in_pieces_marks_the_longest_words_and_loses_nothing():
    text = "消防安全宣传<b>宣传页</b>"
    found = marked(text, ["宣传", "宣传页", ""])
    assert "".join(piece for piece, _meets in found) == text
    assert [piece for piece, meets in found if meets] == ["宣传", "宣传页"]
    assert marked(text, []) == [(text, False)]
    assert marked("", ["宣传"]) == []


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("请整理门前三包检查资料，按要求报送台账", {"inspection", "form"}),
        ("请居民参加免费健康检查", set()),
        ("迎接市里督查，做好暗访准备", {"inspection"}),
        ("请在检查站领取宣传页", set()),
        ("请组织居民安装平台，每日打卡", {"app"}),
        ("请组织绿色楼栋评比", {"appraisal"}),
        ("按月考核并排名通报", {"appraisal"}),
        ("不考核、不排名", set()),
        ("成立志愿者服务站并挂牌", {"signboard"}),
        ("请在门口放提示牌", set()),
        ("请建群并邀请居民入群", {"group"}),
        ("请组织群众观看", set()),
        ("到社区开具居住证明并盖章", {"seal"}),
        ("无需盖章，不开证明", set()),
        ("请提供两千人的姓名和身份证号", {"form"}),
        ("请逐户登记租客", {"form"}),
        ("老年人健康管理月报表", {"form"}),
        ("请张贴消防提示，提醒居民不在楼道充电", set()),
        ("矛盾纠纷排查", set()),
        ("ＡＰＰ注册", {"app"}),
    ],
)
def test_what_words_mean_whatever_it_is_called(params, text, kinds):
    assert set(citation.meant([text], params)) == kinds


def test_targets_are_rates_least_numbers_and_letters_of_responsibility(params):
    assert citation.targets(["每月不少于十件，完成率达到95%"], params) == ("不少于", "完成率", "达到95%")
    assert citation.targets(["请签订责任状，一票否决"], params) == ("责任状", "一票否决")
    assert citation.targets(["请张贴宣传页"], params) == ()


@pytest.mark.parametrize(
    ("text", "own", "is_own"),
    [
        ("根据建卫发〔2026〕5号开展", ["建卫发〔2026〕5号"], True),
        ("根据建卫发[2026]05号开展", ["建卫发〔2026〕5号"], True),
        ("根据建卫发（2026）第5号开展", ["建卫发〔2026〕5号"], True),
        ("根据建卫发〔2026〕15号开展", ["建卫发〔2026〕5号"], False),
        ("根据市监发〔2026〕5号开展", ["建卫发〔2026〕5号"], False),
        ("根据建卫发〔2025〕5号开展", ["建卫发〔2026〕5号"], False),
        ("根据建卫发〔2026〕5号开展", [""], False),
    ],
)
def test_a_number_is_that_of_a_document_or_it_is_borrowed(text, own, is_own):
    (number,) = citation.numbers([text])
    assert citation.is_number_of(number, own) is is_own


def test_no_number_is_read_where_none_is():
    assert citation.numbers(["请于2026年12月5日前到3号楼，服务时间（9:00-11:00）2号窗口"]) == ()


def test_a_duty_never_carries_more_than_duties_do(params):
    assert citation.carried([], "duty", params, params) == ("advice", "training", "notice")
    assert citation.carried(["training", "form"], "duty", params, params) == ("training",)
    assert citation.carried(["form"], "duty", params, params) == ("advice", "training", "notice")
    assert citation.carried(["inspection"], "assist", params, params) == ("inspection",)
    assert citation.carried([], "assist", params, params) == ("task",)


def test_a_place_may_be_stricter_and_never_looser(params):
    assert citation.looser(params, params) == []
    stricter = {**params, "carries": {"duty": ["advice"]}, "fit": {**params["fit"], "enough": 60}}
    assert citation.looser(stricter, params) == []
    looser = {
        **params,
        "carries": {"duty": ["advice", "form"], "assist": ["task", "inspection"]},
        "targets": [],
        "harmless": [*params["harmless"], "检查"],
        "meant": {**params["meant"], "seal": []},
        "fit": {**params["fit"], "enough": 10, "none": 0},
    }
    found = citation.looser(looser, params)
    assert {"carries.duty.form", "carries.assist.inspection", "fit.enough", "fit.none", "harmless.检查"} <= set(found)
    assert any(one.startswith("targets.") for one in found)
    assert "meant.seal.盖章" in found
    shorter = citation.carried(["form", "advice"], "duty", looser, params)
    assert shorter == ("advice",), "read as if it were not there, wherever such a rule came from"

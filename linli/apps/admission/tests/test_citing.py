"""A citation must apply, not just exist: tried by hand against people who want to get round it."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from linli.apps.admission.models import Handing, Task
from linli.apps.admission.queries import beside, citing, judging
from linli.apps.admission.queries.citing import Cited
from linli.apps.admission.queries.tasks import citable
from linli.apps.admission.tests.factories import (
    ASKED,
    CITY_FILE,
    ELSEWHERE,
    FORM,
    HOME,
    act,
    admitted,
    agreed,
    answer,
    handed,
    item,
    move,
    of_unit,
    submitted,
    task_in,
)
from linli.foundation.accounts.models import Unit
from linli.foundation.areas.models import Area
from linli.foundation.rules import queries as rules
from linli.foundation.rules.actions import publish
from linli.foundation.rules.models import RuleSet
from linli.lib.errors import Invalid
from linli.spine.catalogue import basis, citation
from linli.spine.catalogue.models import Matter

pytestmark = pytest.mark.django_db
DAYS = timedelta(days=1)


@pytest.fixture
def health(actor_of):
    return of_unit(actor_of("department-staff"), "dept-health")


@pytest.fixture
def justice(actor_of):
    """Department staff of the bureau that guides two duties of the example list."""
    return of_unit(actor_of("department-staff"), "dept-justice")


def rules_of(done, area_id: str = HOME) -> set[str]:
    return {one["rule"] for one in task_in(done, area_id).why_off}


def why(matter, by, now, *, form, title, text, **more) -> set[str]:
    """Which rules object, without handing it down."""
    cited = Cited(
        matter=citing.loaded().get(pk=matter.pk),
        unit=Unit.objects.get(pk=by.unit_id),
        role=by.role,
        form=form,
        title=title,
        text=text,
        **more,
    )
    return {one.rule for one in citing.objections(cited, [HOME], timezone.localdate(now))[HOME]}


def signed_for(row, department, secretary, now):
    """The agreement over what an application became."""
    return agreed(department, secretary, Matter.objects.select_related("matter_list").get(pk=row.matter_id), now)


def test_an_item_admitted_for_one_community_is_off_list_in_all_others(actor_of, department, secretary, now):
    row = admitted(actor_of, now, starts_on=timezone.localdate(now), ends_on=timezone.localdate(now) + 90 * DAYS)
    signed_for(row, department, secretary, now)
    places = list(Area.objects.filter(level="community", pk__startswith="320105").values_list("pk", flat=True))
    assert len(places) > 3
    said = {"title": "楼道消防安全宣传页张贴", "text": "请张贴宣传页", "form": "task"}
    done = handed(department, now, matter=row.matter, area_ids=places, **said)
    assert (done.on_list, done.off_list) == (1, len(places) - 1)
    assert not task_in(done).off_list
    others = Task.objects.filter(handing=done.handing).exclude(case__area_id=HOME)
    assert all("wrong_area" in {one["rule"] for one in task.why_off} for task in others)
    (told,) = (one for one in others[0].why_off if one["rule"] == "wrong_area")
    assert Area.objects.get(pk=HOME).name in judging.sentence(told["text"], told["values"])


def test_what_holds_for_one_community_is_no_twin_for_another(actor_of, department, now):
    today = timezone.localdate(now)
    admitted(actor_of, now, starts_on=today, ends_on=today + 90 * DAYS)
    same = submitted(department, now, starts_on=today, ends_on=today + 90 * DAYS)
    other = submitted(department, now, starts_on=today, ends_on=today + 90 * DAYS, area_id=ELSEWHERE)
    assert (same.case.state, other.case.state) == ("blocked", "agreeing")


@pytest.fixture
def inspected(actor_of, department, secretary, now):
    """An inspection with a form, on a city's document, admitted for the home community and agreed."""
    today = timezone.localdate(now)
    row = admitted(
        actor_of,
        now,
        form="inspection",
        with_form=True,
        name="老年人服务场所安全检查",
        does="配合检查老年人服务场所安全，填报检查表",
        starts_on=today,
        ends_on=today + 90 * DAYS,
        bases=[{**CITY_FILE, "number": "市民发〔2026〕12号"}],
    )
    signed_for(row, department, secretary, now)
    return row


INSPECTION = {"title": "老年人服务场所安全检查", "text": "请配合检查并填报检查表", "form": "inspection"}


def test_what_was_admitted_as_an_inspection_is_handed_down_as_one(inspected, department, now):
    assert (inspected.matter.carries, inspected.matter.area_id) == (["inspection", "form"], HOME)
    done = handed(department, now, matter=inspected.matter, knowingly=False, **INSPECTION)
    task = task_in(done)
    assert (done.on_list, task.off_list, task.case.matter_id) == (1, False, inspected.matter_id)
    assert done.handing.form == "inspection"


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        # Called what it is not.
        ({"form": "task"}, "wrong_kind"),
        ({"form": "appraisal"}, "wrong_kind"),
        ({"title": "老年人服务场所评比排名"}, "relabelled"),
        ({"text": "请配合检查，到社区开具证明并盖章"}, "relabelled"),
        ({"text": "请配合检查，建群后每天在群打卡"}, "relabelled"),
        ({"text": "请配合检查，制作牌匾并挂牌"}, "relabelled"),
        # In another place, by somebody else.
        ({"area_ids": [ELSEWHERE]}, "wrong_area"),
        ({"unit": "dept-fire"}, "wrong_sender"),
        # Another document's number.
        ({"claimed": "市监发〔2026〕3号"}, "borrowed_number"),
        ({"text": "按市监发[2026]3号文检查老年人服务场所安全"}, "borrowed_number"),
        # Something else altogether.
        ({"title": "清理占道摊贩", "text": "请取缔流动摊贩"}, "not_said"),
    ],
)
def test_an_inspection_lends_itself_to_nothing_else(inspected, department, now, changes, rule):
    by = of_unit(department, changes["unit"]) if "unit" in changes else department
    given = INSPECTION | {key: value for key, value in changes.items() if key != "unit"}
    (task,) = Task.objects.filter(handing=handed(by, now, matter=inspected.matter, **given).handing)
    assert task.off_list
    assert rule in {one["rule"] for one in task.why_off}
    with pytest.raises(Invalid) as refused:
        handed(by, now, matter=inspected.matter, knowingly=False, **given)
    assert "knowingly" in refused.value.fields


def test_its_own_number_may_be_named_in_any_brackets(inspected, department, now):
    given = INSPECTION | {"claimed": "市民发[2026]012号"}
    assert handed(department, now, matter=inspected.matter, knowingly=False, **given).on_list == 1


@pytest.mark.parametrize(
    ("form", "title", "text"),
    [
        ("task", "公共卫生迎检资料整理", "请整理公共卫生检查资料，迎接督查"),
        ("task", "健康社区评比", "请组织健康社区评选并排名"),
        ("notice", "健康打卡", "请下载小程序，每日健康打卡"),
        ("task", "公共卫生工作站挂牌", "请设立公共卫生工作站并挂牌"),
        ("task", "健康证明", "请为居民开具健康证明并盖章"),
        ("task", "接种群", "请建群并邀请居民入群接种疫苗"),
    ],
)
def test_a_task_that_means_something_else_is_stopped_whatever_it_is_called(health, secretary, now, form, title, text):
    agreed(health, secretary, item(), now)
    done = handed(health, now, matter=item(), form=form, title=title, text=text)
    assert "relabelled" in rules_of(done)


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("免费健康检查通知", "请通知六十五岁以上老年人参加免费健康检查，无需填报"),
        ("流感疫苗接种告知", "请在公示牌张贴接种时间和地点，不考核"),
        ("公共卫生讲座", "请组织群众参加健康讲座"),
    ],
)
def test_words_that_only_look_like_it_pass(health, secretary, now, title, text):
    agreed(health, secretary, item(), now)
    assert handed(health, now, matter=item(), form="task", title=title, text=text, knowingly=False).on_list == 1


def test_a_form_that_is_attached_to_a_task_is_a_form(health, secretary, now, monkeypatch):
    agreed(health, secretary, item(), now)
    monkeypatch.setattr(citing.held, "look", lambda files, today: object())
    assert handed(health, now, matter=item()).on_list == 1, "this item carries forms"
    Matter.objects.filter(pk=item().pk).update(carries=["task"])
    assert rules_of(handed(health, now, matter=item())) == {"wrong_kind"}
    assert rules_of(handed(health, now, matter=item(), **FORM | {"form": "notice"})) == {"wrong_kind", "relabelled"}


# --- The community's own duties

DUTY = "调解民间纠纷"
TRAINING = {"title": "人民调解员培训", "text": "请人民调解委员会成员参加民间纠纷调解培训", "form": "training"}


def test_on_a_duty_only_its_guide_asks_and_only_what_it_says(justice, now):
    assert item(DUTY) in citable(justice, timezone.localdate(now))
    done = handed(justice, now, matter=item(DUTY), knowingly=False, **TRAINING)
    assert (done.on_list, task_in(done).case.matter) == (1, item(DUTY))


@pytest.mark.parametrize(
    ("unit", "changes", "expected"),
    [
        ("dept-market", {}, {"wrong_sender"}),
        ("dept-justice", {"form": "task"}, {"wrong_kind"}),
        ("dept-justice", {"form": "form", "title": "民间纠纷调解花名册"}, {"wrong_kind"}),
        (
            "dept-justice",
            {"form": "inspection", "text": "请人民调解委员会接受调解检查"},
            {"wrong_kind", "organiser"},
        ),
        ("dept-justice", {"text": "请报送参加调解的两千人名单和身份证号"}, {"relabelled"}),
        ("dept-justice", {"text": "请人民调解委员会参加培训，调解纠纷每月不少于十件"}, {"targets"}),
        ("dept-justice", {"text": "请人民调解委员会参加培训并排名通报"}, {"relabelled"}),
        ("dept-justice", {"title": "流动摊贩劝离", "text": "请到路口劝离流动摊贩"}, {"not_said"}),
    ],
)
def test_a_duty_is_no_way_in_for_anything_else(health, now, unit, changes, expected):
    assert expected <= why(item(DUTY), of_unit(health, unit), now, **(TRAINING | changes))


def test_the_two_examples_of_the_issue_are_stopped(health, now):
    """“1.1 宣传宪法” for rows about 2,000 people, and “管理居委会财产” for seizing street stalls."""
    law, goods = item("宣传宪法、法律、法规和国家的政策"), item("管理居民委员会的财产")
    Matter.objects.filter(pk__in=(law.pk, goods.pk)).update(asked_by=health.unit_id)
    for matter, form, title, text in (
        (law, "notice", "宪法宣传对象名单", "请报送辖区2000人的姓名、身份证号和住址"),
        (law, "task", "宣传宪法", "请报送辖区2000人的名单"),
        (law, "form", "宣传宪法对象花名册", "请逐人登记"),
        (goods, "task", "管理摊位", "请清理并暂扣占道摊贩的物品"),
        (goods, "notice", "占道经营整治", "请取缔流动摊贩"),
    ):
        found = why(matter, health, now, form=form, title=title, text=text)
        assert found & {"wrong_kind", "relabelled", "not_said"}, title


def test_a_district_may_be_stricter_and_never_looser(justice, now):
    params = dict(rules.params("admission.citation", "", timezone.localdate(now)))
    fields = {
        "domain": "admission.citation",
        "area_code": "320105",
        "effective_from": date(2020, 1, 1),
        "source": "测试",
    }
    stricter = {**params, "carries": {**params["carries"], "duty": ["advice"]}}
    row = publish(**fields, params=stricter)
    assert why(item(DUTY), justice, now, **TRAINING) == {"wrong_kind"}
    looser = {**params, "carries": {**params["carries"], "duty": ["advice", "training", "form", "inspection"]}}
    for place in ("320105", "32", ""):
        with pytest.raises(Invalid) as refused:
            publish(**(fields | {"area_code": place}), params=looser)
        assert "carries.duty.form" in str(refused.value.fields["params"])
    # However such a row came to be there, it is read as if it said no more than the country does.
    RuleSet.objects.filter(pk=row.pk).update(params=looser)
    rules.forget()
    for form in ("form", "inspection"):
        assert "wrong_kind" in why(item(DUTY), justice, now, **(TRAINING | {"form": form}))
    assert handed(justice, now, matter=item(DUTY), knowingly=False, **TRAINING).on_list == 1


# --- What an item rests on


def test_an_item_whose_only_basis_is_over_carries_nothing_from_that_day(health, secretary, now):
    today = timezone.localdate(now)
    agreed(health, secretary, item(), now)
    living = item().bases.get(title="突发公共卫生事件应急条例")
    for changes, expected in (
        ({"valid_to": today}, set()),
        ({"valid_to": today - DAYS}, {"basis_over"}),
        ({"valid_to": None, "suspended_since": today + DAYS}, set()),
        ({"suspended_since": today}, {"basis_over"}),
        ({"suspended_since": None, "valid_from": today + DAYS}, {"basis_over"}),
    ):
        item().bases.filter(pk=living.pk).update(**changes)
        assert rules_of(handed(health, now, matter=item())) == expected, changes
    # One that holds and is too low keeps nothing; one that suffices keeps it.
    low = item().bases.create(form="document", issuer="department", level="district", title="区局通知")
    assert rules_of(handed(health, now, matter=item())) == {"basis_over"}
    item().bases.filter(pk=low.pk).update(level="city")
    assert rules_of(handed(health, now, matter=item())) == set()


# --- Overrides go all the way


def test_what_an_override_set_aside_is_set_aside_for_this_item_and_no_further(
    actor_of, department, secretary, legal, civil, organisation, now
):
    today = timezone.localdate(now)
    row = submitted(
        department,
        now,
        name="协助做好拆违政策解释",
        does="负责拆违政策解释",
        starts_on=today,
        ends_on=today + 90 * DAYS,
    )
    row = act(row, "override", legal, now, note="只解释政策，责任主体为城管局")
    row = act(act(answer(row, secretary, now), "recommend", civil, now), "admit", organisation, now)
    signed_for(row, department, secretary, now)
    said = {"form": "task", "title": "拆违政策解释", "text": "请负责拆违政策解释"}
    done = handed(department, now, matter=row.matter, knowingly=False, **said)
    assert done.on_list == 1
    other = said | {"text": "请负责拆违政策解释，完成招商引资任务"}
    assert "prohibited" in rules_of(handed(department, now, matter=row.matter, **other))
    # Without the category (as it was kept before), what its own words fall under.
    Matter.objects.filter(identity=row.matter.identity).update(overridden=["prohibited"])
    assert handed(department, now, matter=row.matter, knowingly=False, **said).on_list == 1
    Matter.objects.filter(identity=row.matter.identity).update(overridden=[])
    assert "prohibited" in rules_of(handed(department, now, matter=row.matter, **said))


# --- What the sender says, and the community reads


def test_little_that_fits_asks_for_a_reason_and_is_kept_beside_the_item(health, secretary, now):
    agreed(health, secretary, item(), now)
    said = {"title": "垃圾分类宣传", "text": "请发放宣传页", "form": "task", "knowingly": False}
    with pytest.raises(Invalid) as refused:
        handed(health, now, matter=item(), **said)
    assert set(refused.value.fields) == {"fit_reason"}
    with pytest.raises(Invalid):
        handed(health, now, matter=item(), **said, fit_reason="有关")
    assert not Handing.objects.exists()
    done = handed(health, now, matter=item(), **said, fit_reason="生活垃圾关系病媒生物防制")
    row = Handing.objects.select_related("matter").get(pk=done.handing.pk)
    assert (row.fit < 45, row.fit_reason) == (True, "生活垃圾关系病媒生物防制")
    shown = beside.of_handing(row)
    assert ("宣传页", True) in [piece for line in shown.task for piece in line]
    assert {text for line in shown.says for text, meets in line if meets} == {"宣传"}
    assert (shown.reason, shown.missing) == (row.fit_reason, ["垃圾分类"])
    well = handed(health, now, matter=item(), knowingly=False)
    assert well.handing.fit >= 45
    assert handed(health, now).handing.fit is None


def test_everything_wrong_is_said_at_once(health, secretary, now):
    agreed(health, secretary, item(), now)
    said = {"title": "垃圾分类宣传", "text": "请发放宣传页", "area_ids": [HOME, ELSEWHERE]}
    with pytest.raises(Invalid) as refused:
        handed(health, now, matter=item(), form="task", knowingly=False, **said)
    assert set(refused.value.fields) == {"knowingly", "fit_reason"}


def test_a_supervisor_names_no_item_that_does_not_carry_it(actor_of, health, secretary, civil, now):
    agreed(health, secretary, item(), now)
    pushed = move(task_in(handed(health, now, **(ASKED | {"form": "inspection"}))), "ask", secretary, now)
    with pytest.raises(Invalid) as refused:
        move(pushed, "allow", civil, now, matter=item())
    assert set(refused.value.fields) == {"matter"}
    fair = move(task_in(handed(health, now, **ASKED)), "ask", secretary, now)
    assert move(fair, "allow", civil, now, matter=item()).case.matter == item()


def test_no_reader_is_ever_shown_the_code_of_a_rule():
    """Every rule that may object has a name for the histories that keep its code."""
    texts = [Path(one.__file__).read_text("utf-8") for one in (judging, citing, basis)]
    found = {code for text in texts for code in re.findall(r'Finding\(\s*"(\w+)"', text)}
    assert len(found) > 15
    assert found - set(judging.ABOUT) == set()


@pytest.mark.parametrize("written", ["检 查", "检·查", "检-查", "檢查", "检　查", "检\u200b查"])
def test_spaces_marks_and_other_characters_do_not_hide_an_inspection(written, health, now):
    found = why(item(), health, now, form="task", title=f"公共卫生{written}", text=f"逐栋{written}健康情况")
    assert "relabelled" in found


@pytest.mark.parametrize("text", ["实地查看楼道卫生并限期整改", "开展回头看", "免费检查各楼道卫生", "查验台帐"])
def test_an_inspection_by_another_name_is_one(text, health, now):
    assert "relabelled" in why(item(), health, now, form="task", title="公共卫生工作", text=text)


@pytest.mark.parametrize("text", ["老年人名单列成 excel 发来", "把老年人姓名电话住址发到邮箱"])
def test_a_form_by_another_name_is_one(text, health, now):
    found = citation.meant([text], rules.params("admission.citation", "320105", now.date()))
    assert "form" in {str(kind) for kind in found}


def test_a_word_is_not_read_across_a_comma(health, now):
    assert "relabelled" not in why(
        item(), health, now, form="task", title="老年人体检", text="组织体检，查血压、查血糖"
    )

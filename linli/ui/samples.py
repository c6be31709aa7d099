# ruff: noqa: E501  rows of invented content are easier to read in one line each
"""Invented content for the gallery: every name, number and place is made up."""

from datetime import datetime, timedelta, timezone
from typing import Any

from django import forms
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from linli.ui import charts, svgmap
from linli.ui.templatetags.ui import due_tag, status_tag

CHINA = timezone(timedelta(hours=8))
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=CHINA)


class SampleForm(forms.Form):
    """Every kind of field, for the gallery."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What is it about?"),
        choices=[
            ("fire", "消防通道"),
            ("clean", "环境卫生"),
            ("light", "路灯照明"),
            ("noise", "噪声"),
            ("pet", "犬只"),
            ("other", "其他"),
        ],
        widget=forms.RadioSelect,
    )
    text = forms.CharField(
        label=gettext_lazy("What happened?"),
        help_text=gettext_lazy("For example: boxes in the stairway, hard to get past."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    phone = forms.CharField(
        label=gettext_lazy("Phone"),
        required=False,
        help_text=gettext_lazy("Only the staff see it, to tell you the result."),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    day = forms.DateField(label=gettext_lazy("Date"), widget=forms.DateInput(attrs={"type": "date"}))
    where = forms.ChoiceField(label=gettext_lazy("Place"), choices=[("", "—"), ("1", "一号楼"), ("2", "二号楼")])
    agree = forms.BooleanField(label=gettext_lazy("I may be called about this"), required=False)
    ways = forms.MultipleChoiceField(
        label=gettext_lazy("How may we answer?"),
        choices=[("call", "电话"), ("text", "短信"), ("visit", "上门")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    feeling = forms.ChoiceField(
        label=gettext_lazy("Are you content with how it was handled?"),
        choices=[("3", gettext_lazy("Content")), ("2", gettext_lazy("So-so")), ("1", gettext_lazy("Not content"))],
        widget=forms.RadioSelect,
        required=False,
    )
    lon = forms.FloatField(widget=forms.HiddenInput, required=False)
    lat = forms.FloatField(widget=forms.HiddenInput, required=False)
    crs = forms.CharField(widget=forms.HiddenInput, required=False)


KIND_ICONS = {"fire": "flame", "clean": "trash", "light": "bulb", "noise": "volume", "pet": "paw", "other": "dots"}
#: title, number and kind, grid, state (kind, words), deadline (kind, words), person
ROWS = (
    (
        "3号楼2单元楼道堆放杂物，通行困难",
        "00187 · 消防通道 · 居民上报",
        "三网格",
        ("late", "已超期"),
        ("late", "超期 2 小时"),
        "陈静",
    ),
    (
        "地下车库入口积水，夜间照明不亮",
        "00176 · 公共设施 · 热线转来",
        "五网格",
        ("doing", "处理中"),
        ("soon", "剩 1 小时"),
        "刘洋",
    ),
    (
        "5号楼加装电梯意见不一致，请求协商",
        "00169 · 协商议事 · 居民上报",
        "二网格",
        ("joint", "协同中"),
        ("ok", "剩 1 天"),
        "陈静",
    ),
    ("路灯杆基座外露电线", "00149 · 公共设施 · 网格巡查", "三网格", ("new", "待受理"), ("soon", "剩 3 小时"), "待派"),
    (
        "楼顶渗水，多次报修未果",
        "00140 · 物业服务 · 居民上报",
        "五网格",
        ("returned", "已退回"),
        ("ok", "剩 3 天"),
        "陈静",
    ),
    (
        "小区东门早餐摊占道，油污未清",
        "00109 · 市容环境 · 热线转来",
        "三网格",
        ("paused", "等待材料"),
        ("paused", "已暂停"),
        "赵磊",
    ),
    (
        "流浪犬在幼儿园门口聚集",
        "00121 · 环境卫生 · 居民上报",
        "二网格",
        ("done", "已办结"),
        ("none", "用时 6 小时"),
        "赵磊",
    ),
    (
        "申请社区活动室周六下午用于书法班",
        "00133 · 场地预约 · 窗口登记",
        "一网格",
        ("muted", "已关闭"),
        ("none", "—"),
        "马晓燕",
    ),
)


def _nav(current: str) -> list[dict[str, Any]]:
    gallery, queue, board = reverse("ui:gallery"), *(reverse("ui:sample", args=[name]) for name in ("queue", "board"))
    return [
        {"url": gallery, "label": _("Components"), "icon": "list-details", "current": current == "gallery"},
        {"url": queue, "label": _("Queue"), "icon": "list-check", "current": current == "queue", "badge": 12},
        {"url": board, "label": _("Board"), "icon": "layout-dashboard", "current": current == "board"},
        {
            "url": reverse("ui:sample", args=["home"]),
            "label": _("Home page"),
            "icon": "home",
            "current": current == "home",
        },
        {
            "url": reverse("ui:sample", args=["form"]),
            "label": _("Form"),
            "icon": "pencil",
            "current": current == "form",
        },
        {
            "url": reverse("ui:sample", args=["print"]),
            "label": _("Print"),
            "icon": "printer",
            "current": current == "print",
        },
        {
            "url": reverse("ui:sample", args=["error"]),
            "label": _("Error page"),
            "icon": "alert-triangle",
            "current": False,
        },
    ]


def _grid() -> list[dict[str, Any]]:
    """Twelve uneven cells, as GeoJSON features."""
    features = []
    for index in range(12):
        column, row = index % 4, index // 4

        def corner(x: int, y: int) -> list[float]:
            return [108.96 + x * 0.003 + (y % 2) * 0.0007, 34.26 + y * 0.0023 + (x % 3) * 0.0004]

        ring = [corner(column, row), corner(column + 1, row), corner(column + 1, row + 1), corner(column, row + 1)]
        features.append({
            "type": "Feature",
            "properties": {"id": str(index + 1), "name": f"{index + 1}网格"},
            "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]},
        })  # fmt: skip
    return features


def _map() -> svgmap.GridMap:
    values = dict(zip((str(n) for n in range(1, 13)), (4, 9, 13, 4, 17, 3, 18, 9, 16, 5, 0, 12), strict=True))
    projection = svgmap.project(_grid())
    return svgmap.choropleth(
        projection, values, title=_("Open items by grid"), unit=_("items"), urls=dict.fromkeys(values, "#map")
    )


def _charts() -> dict[str, Any]:
    days = [(NOW - timedelta(days=29 - day)).strftime("%m-%d") for day in range(30)]
    came = [(day * 7919) % 23 + 22 + (8 if day % 7 < 5 else -6) for day in range(30)]
    went = [value - (day * 104729) % 9 + 2 for day, value in enumerate(came)]
    kinds = [
        ("环境卫生", 310),
        ("公共设施", 264),
        ("物业服务", 221),
        ("消防通道", 182),
        ("邻里矛盾", 148),
        ("政策咨询", 133),
        ("其他", 60),
    ]
    months = [("九月", (210, 34, 6)), ("十月", (248, 22, 9)), ("十一月", (301, 15, 2))]
    return {
        "line": charts.line(
            _("Received and finished, 30 days"), days,
            [charts.Series(_("Received"), came), charts.Series(_("Finished"), went)], unit=_("items"),
            summary=_("Line chart: received and finished items of the last 30 days"),
        ),
        "bars": charts.bars(_("By kind"), [(name, value, "#bars") for name, value in kinds], unit=_("items")),
        "stack": charts.stacked(
            _("Kept and missed deadlines"), [_("In time"), _("Up to a day late"), _("Later")],
            [(name, values, "") for name, values in months], unit=_("items"),
        ),
        "pyramid": charts.pyramid(
            _("By age"), (_("Received"), _("Finished")),
            [(f"{age}–{age + 19}", 40 + age, 70 - age // 2, "", "#pyramid") for age in (0, 20, 40, 60)],
        ),
    }  # fmt: skip


def _timeline() -> list[dict[str, Any]]:
    def at(hour: int, minute: int) -> datetime:
        return NOW.replace(hour=hour, minute=minute)

    return [
        {"at": at(7, 42), "who": "王**", "what": "提交上报", "text": "楼道里堆了三辆旧自行车和纸箱，老人下楼很难走。", "kind": "public"},
        {"at": at(7, 42), "who": "系统", "what": "自动归格", "text": "按地图位置归入三网格。", "kind": "system"},
        {"at": at(8, 5), "who": "陈静（社区工作者）", "what": "受理并派单", "text": "请今天上午到场核实。", "kind": "public"},
        {"at": at(9, 31), "who": "赵磊（网格员）", "what": "到场反馈", "text": "住户承诺中午前清走。", "kind": "internal"},
        {"at": at(11, 20), "who": "系统", "what": "已超期", "text": "已抄送负责人。", "kind": "late"},
    ]  # fmt: skip


def _photos() -> list[dict[str, str]]:
    picture = static("ui/sample.svg")
    alt = _("Stairway with boxes, 22 November")
    return [
        {"url": picture, "thumb_url": picture, "alt": alt, "caption": caption}
        for caption in ("11-22 07:40", "11-22 09:28")
    ]


def _kpis() -> list[dict[str, str]]:
    return [
        {"label": "新增事项", "value": "318", "unit": "件", "delta": "比上周 +12", "url": "#a"},
        {"label": "按时办结率", "value": "94.6", "unit": "%", "delta": "比上周 +1.2 个点", "delta_kind": "good", "url": "#b"},
        {"label": "平均办结", "value": "1.8", "unit": "天", "delta": "比上周 -0.3 天", "delta_kind": "good", "url": "#c"},
        {"label": "超期未结", "value": "7", "unit": "件", "delta": "比上周 +3", "delta_kind": "bad", "url": "#d"},
        {"label": "回访满意", "value": "96", "unit": "%", "delta": "回访 141 件", "url": "#e"},
    ]  # fmt: skip


def _steps() -> list[dict[str, Any]]:
    return [
        {"label": "已提交", "state": "done", "at": NOW - timedelta(hours=2)},
        {"label": "已受理", "state": "done", "at": NOW - timedelta(hours=1)},
        {"label": "正在办", "state": "current", "note": "赵磊已到现场"},
        {"label": "已办结", "state": "todo"},
        {"label": "您来评价", "state": "todo"},
    ]


def _due(kind: str, words: str) -> dict[str, Any]:
    return {"kind": kind, "words": words, "at": None if kind == "none" else NOW + timedelta(hours=2)}


def _due_html(due: dict[str, Any]) -> SafeString:
    return due_tag(due)


def _shell(request: HttpRequest, current: str) -> dict[str, Any]:
    nav = _nav(current)
    return {
        "nav": nav,
        "nav_phone": nav[:5],
        "brand_place": "示范社区",
        "home_url": reverse("ui:gallery"),
        "search_url": reverse("ui:gallery"),
        "search_placeholder": "搜姓名、地址、编号",
        "new_url": reverse("ui:sample", args=["form"]),
        "bell": {"url": "#messages", "count": 3},
        "account": {"name": "陈静", "post": "工作人员", "posts": [], "sign_out_url": ""},
        "looks": _looks(request),
    }


def _looks(request: HttpRequest) -> list[dict[str, str]]:
    """Links that show this page in each theme, size, mode and language."""
    shown = [
        (_("Light"), "theme=light"), (_("Dark"), "theme=dark"), (_("Large text"), "mode=elder&theme=light"),
        (_("Large text, dark"), "mode=elder&theme=dark"), ("简体中文", "lang=zh-hans"), ("English", "lang=en"), ("繁體中文", "lang=zh-hant"),
    ]  # fmt: skip
    return [{"label": label, "url": f"{request.path}?{query}"} for label, query in shown]


def _rows() -> list[dict[str, Any]]:
    return [
        {
            "title": title,
            "sub": sub,
            "grid": grid,
            "state": {"kind": state[0], "label": state[1]},
            "due": _due(*due),
            "who": who,
        }
        for title, sub, grid, state, due, who in ROWS
    ]


def _table() -> dict[str, Any]:
    columns = [
        {"label": _("Item"), "kind": "title"}, {"label": _("State"), "kind": "short"},
        {"label": _("Deadline"), "kind": "short"}, {"label": _("Times"), "kind": "num"},
    ]  # fmt: skip
    rows = [
        {"cells": [title, status_tag(*state), _due_html(_due(*due)), index * 3 + 1], "url": "#row"}
        for index, (title, _sub, _grid_name, state, due, _who) in enumerate(ROWS[:4])
    ]
    return {"columns": columns, "rows": rows}


def _wrong() -> SampleForm:
    form = SampleForm({"kind": "", "text": "", "phone": "1386021", "day": "2026-02-30", "where": ""})
    form.is_valid()
    form.add_error("phone", _("A mobile number has 11 digits; this one has 7."))
    return form


def components(request: HttpRequest) -> dict[str, Any]:
    """Context of the gallery."""
    return {
        **_shell(request, "gallery"),
        **_charts(),
        "statuses": [(kind, words) for *_rest, (kind, words), _due_, _who in ROWS] + [("soon", "临期")],
        "dues": [_due(*due) for due in (("ok", "剩 2 天"), ("soon", "剩 3 小时"), ("late", "超期 2 小时"), ("very_late", "超期 4 天"), ("paused", "已暂停，等材料"), ("none", "用时 6 小时"))],
        "form": SampleForm(initial={"kind": "fire"}, prefix="ok"),
        "wrong": _wrong(),
        "icons": KIND_ICONS,
        "tabs": [
            {"label": "我的待办", "url": "#t1", "count": 12, "current": True}, {"label": "待派单", "url": "#t2", "count": 5},
            {"label": "已超期", "url": "#t3", "count": 1}, {"label": "全部", "url": "#t4"},
        ],
        "chips": [{"label": "网格", "value": "三网格", "remove_url": "#"}, {"label": "状态", "value": "已超期", "remove_url": "#"}],
        "table": _table(),
        "timeline": _timeline(),
        "facts": [("诉求人", format_html("王** <span class=\"num\">{}</span>", "138****6021")), ("地点", "三网格 · 3号楼2单元"), ("时限", "11-22 11:20（4 工作小时）")],
        "photos": _photos(),
        "kpis": _kpis(),
        "map": _map(),
        "steps": _steps(),
        "crumbs": [{"label": "事项", "url": "#c"}, {"label": "3号楼2单元楼道堆放杂物"}],
        "toast_ok": {"text": "已派给赵磊", "kind": "success", "undo_url": "#undo"},
        "toast_bad": {"text": "没有保存：办理人已调离", "kind": "error"},
        "banner": _("Trial edition: all people and records are invented."),
    }  # fmt: skip


def page(request: HttpRequest, name: str) -> dict[str, Any]:
    """Context of one sample page."""
    context = {
        **_shell(request, name),
        "steps": _steps(),
        "timeline": _timeline(),
        "photos": _photos(),
        "icons": KIND_ICONS,
    }
    if name == "queue":
        context |= {"rows": _rows(), "tabs": components(request)["tabs"], "facts": components(request)["facts"]}
    elif name == "board":
        context |= {**_charts(), "kpis": _kpis(), "map": _map(), "rows": _rows()[:5]}
    elif name in {"home", "form"}:
        context["nav"] = [
            {
                "url": reverse("ui:sample", args=["home"]),
                "label": _("First page"),
                "icon": "home",
                "current": name == "home",
            },
            {"url": "#mine", "label": _("Mine"), "icon": "list-check", "badge": 1},
            {"url": "#me", "label": _("Me"), "icon": "user"},
        ]
        context |= {
            "help_line": {"text": _("Rather speak to somebody?"), "url": "tel:02500000000", "label": "025-0000-0000"}
        }
        context |= {"form": SampleForm(), "back_url": reverse("ui:sample", args=["home"]) if name == "form" else ""}
    elif name == "print":
        context |= {"printed_by": "陈静", "printed_at": NOW, "facts": components(request)["facts"], "table": _table()}
        context["back_url"] = reverse("ui:gallery")
    elif name == "error":
        code = request.GET.get("code", "404")
        context["status"] = int(code) if code in {"400", "403", "404", "409", "413", "429", "500", "503"} else 404
    return context

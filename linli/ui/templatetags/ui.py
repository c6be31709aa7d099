"""The components. Each tag takes plain values (dicts, dataclasses, bound fields), so any floor above can use it.

The contract of each stands in its docstring; `/ui/` shows every one in every state.
"""

import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from django import forms, template
from django.conf import settings
from django.contrib.messages.storage.base import Message
from django.forms.boundfield import BoundField
from django.http import HttpRequest
from django.template import Context
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from linli.ui import icons as sprite
from linli.ui import toasts
from linli.ui.charts import BarChart, LineChart, Pyramid, StackChart
from linli.ui.svgmap import GridMap

register = template.Library()

#: kind of state → the icon that goes with it when none is named
STATUS_ICONS = {
    "new": "inbox",
    "doing": "progress",
    "joint": "arrows-exchange",
    "done": "check",
    "soon": "clock",
    "late": "alert-triangle",
    "returned": "corner-up-left",
    "paused": "player-pause",
    "muted": "circle-x",
}
DUE_ICONS = {"soon": "clock", "late": "alert-triangle", "very_late": "alert-triangle", "paused": "player-pause"}
NOTICE_ICONS = {
    "info": "info-circle",
    "warning": "alert-triangle",
    "error": "alert-triangle",
    "success": "circle-check",
}
FACES = (("good", "mood-smile"), ("fair", "mood-neutral"), ("poor", "mood-sad"))
#: a place in a list that means nothing any more once a filter changes
CURSORS = ("after", "before", "page")


@register.simple_tag(name="icon")
def draw_icon(name: str, label: str = "") -> SafeString:
    """An icon of the sprite, silent for screen readers unless it has a `label`. Unknown names fail in tests."""
    return _drawn(name, str(label))


@lru_cache(maxsize=1024)
def _drawn(name: str, label: str) -> SafeString:
    # A list of fifty rows draws a hundred and fifty icons, and the address of the sprite never changes.
    address = f"{static('ui/icons.svg')}#{sprite.checked(name)}"
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}"/></svg>', label, address)
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"/></svg>', address)


@register.simple_tag
def status_tag(kind: str, label: str, icon: str = "") -> SafeString:
    """A state: new, doing, joint, done, soon, late, returned, paused or muted; always icon, word and colour."""
    return _status(kind, str(label), icon)


@lru_cache(maxsize=512)
def _status(kind: str, label: str, icon: str) -> SafeString:
    known = kind if kind in STATUS_ICONS else "muted"
    mark = draw_icon(icon or STATUS_ICONS[known])
    return format_html('<span class="tag tag-{}">{}{}</span>', known, mark, label)


@register.simple_tag
def badge(count: int, label: str = "", muted: bool = False) -> SafeString:
    """A small count, nothing at zero; `label` says to screen readers what is counted."""
    if not count:
        return mark_safe("")
    text = "99+" if count > 99 else str(count)
    spoken = format_html('<span class="screen-reader"> {}</span>', label) if label else ""
    return format_html('<span class="badge{}">{}{}</span>', " badge-muted" if muted else "", text, spoken)


@register.simple_tag
def due_tag(due: Mapping[str, Any] | Any, show_time: bool = False) -> SafeString:
    """A deadline, words first. `due`: kind (ok, soon, late, very_late, paused, none), words, at (datetime or None).

    Built without a template of its own: lists draw it fifty times.
    """
    get = due.get if isinstance(due, Mapping) else lambda name: getattr(due, name, None)
    kind, at = get("kind") or "none", get("at")
    icon_name = DUE_ICONS.get(kind, "")
    mark = format_html("{} ", draw_icon(icon_name)) if icon_name else ""
    return format_html('<span class="due due-{}">{}{}{}</span>', kind, mark, get("words") or "", _moment(at, show_time))


def _moment(at: datetime | None, show: bool) -> SafeString:
    if at is None:
        return mark_safe("")
    local = timezone.localtime(at)
    words, exact = f"{local:%m-%d %H:%M}", local.isoformat()
    if show:
        return format_html('<time datetime="{}">{}</time>', exact, words)
    return format_html('<time class="screen-reader" datetime="{}"> {}</time>', exact, words)


@register.simple_tag
def query_with(request: HttpRequest, **changes: object) -> str:
    """The page's query string with some keys changed; None or "" drops a key. Cursors of the old list are dropped."""
    query = request.GET.copy()
    for key in CURSORS:
        query.pop(key, None)
    for key, value in changes.items():
        if value is None or value == "":
            query.pop(key, None)
        elif isinstance(value, (list, tuple)):
            query.setlist(key, [str(one) for one in value])
        else:
            query[key] = str(value)
    return "?" + query.urlencode()


def _describe(bound: BoundField) -> tuple[str, str, str]:
    """The ids of hint and error, and the value of aria-describedby."""
    hint = f"{bound.auto_id}_hint" if bound.help_text else ""
    error = f"{bound.auto_id}_error" if bound.errors else ""
    return hint, error, " ".join(part for part in (hint, error) if part)


def _widget_kind(widget: forms.Widget) -> str:
    if isinstance(widget, (forms.RadioSelect, forms.CheckboxSelectMultiple)):
        return "group"
    return "check" if isinstance(widget, forms.CheckboxInput) else "single"


@register.inclusion_tag("ui/field.html")
def field(bound: BoundField, icon: str = "", placeholder: str = "", hide_label: bool = False) -> dict[str, object]:
    """A form field whole: label, "(optional)", hint, error and widget, wired together for screen readers."""
    hint, error, described = _describe(bound)
    widget = bound.field.widget
    kind = _widget_kind(widget)
    attrs: dict[str, Any] = {}
    if described:
        attrs["aria-describedby"] = described
    if bound.errors:
        attrs["aria-invalid"] = "true"
    if placeholder:
        attrs["placeholder"] = placeholder
    attrs["class"] = f"{widget.attrs.get('class', '')} {'input' if kind == 'single' else 'check'}".strip()
    return {
        "bound": bound,
        "kind": kind,
        "control": "" if kind == "group" else bound.as_widget(attrs=attrs),
        "hint_id": hint,
        "error_id": error,
        "described": described,
        "icon_name": icon,
        "hide_label": hide_label,
        "hidden": bound.is_hidden,
    }


@register.inclusion_tag("ui/error_summary.html")
def error_summary(form: forms.BaseForm, focus: bool = True) -> dict[str, object]:
    """What is wrong with a form, on top of it, each line a link to its field; takes the focus."""
    lines = [
        (bound.id_for_label or bound.auto_id, bound.label, message)
        for bound in form
        if bound.errors
        for message in bound.errors
    ]
    return {"form": form, "lines": lines, "general": form.non_field_errors() if form.is_bound else [], "focus": focus}


@register.inclusion_tag("ui/tiles.html")
def tiles(bound: BoundField, icons: Mapping[str, str] | None = None) -> dict[str, object]:
    """A choice as tiles (radio buttons). `icons`: value of the choice → icon name."""
    hint, error, described = _describe(bound)
    found = icons or {}
    rows = [(choice, "", found.get(str(choice.data["value"]), "")) for choice in bound if choice.data["value"] != ""]
    return {"bound": bound, "rows": rows, "hint_id": hint, "error_id": error, "described": described, "faces": False}


@register.inclusion_tag("ui/tiles.html")
def faces(bound: BoundField) -> dict[str, object]:
    """Satisfaction as three faces; the field's three choices stand in the order good, fair, poor."""
    hint, error, described = _describe(bound)
    choices = [choice for choice in bound if choice.data["value"] != ""]
    rows = [(choice, *face) for choice, face in zip(choices, FACES, strict=True)]
    return {"bound": bound, "rows": rows, "hint_id": hint, "error_id": error, "described": described, "faces": True}


@register.inclusion_tag("ui/photo_picker.html")
def photo_picker(
    name: str = "photos", maximum: int = 9, error: str = "", capture: bool = False, needed: bool = False
) -> dict[str, object]:
    """Photos to send: small previews, removable, shrunk on the phone.

    `capture` opens the camera at once; `needed` says that there must be one.
    """
    return {"name": name, "maximum": maximum, "error": error, "capture": capture, "needed": needed}


@register.inclusion_tag("ui/tabs.html")
def tabs(items: Sequence[Mapping[str, object]], label: str) -> dict[str, object]:
    """Saved views: items of {label, url, count (optional), current}; `label` names the whole row."""
    return {"items": items, "label": label}


@register.inclusion_tag("ui/chips.html")
def chips(items: Sequence[Mapping[str, object]], clear_url: str = "") -> dict[str, object]:
    """Filters in force: items of {label, value, remove_url}. Nothing when there are none."""
    return {"items": items, "clear_url": clear_url}


@register.inclusion_tag("ui/table.html")
def table(
    columns: Sequence[Mapping[str, str]], rows: Sequence[Mapping[str, Any]], caption: str, cards: bool = True
) -> dict[str, object]:
    """A plain table. columns: {label, kind: title|text|num|short}; rows: {cells, url (of the title), current}."""
    drawn = [{**row, "cells": list(zip(columns, row["cells"], strict=True))} for row in rows]
    return {"columns": columns, "rows": drawn, "caption": caption, "cards": cards}


@register.inclusion_tag("ui/timeline.html")
def timeline(entries: Sequence[Mapping[str, object]]) -> dict[str, object]:
    """A history. entries: {at: datetime, who, what, text, kind: public|internal|system|late, photos (optional)}."""
    return {"entries": entries}


@register.inclusion_tag("ui/facts.html")
def facts(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    """Label and value pairs; a value may be safe HTML (another tag's output), an empty one is left out."""
    return {"pairs": [(label, value) for label, value in pairs if value not in ("", None)]}


@register.inclusion_tag("ui/photo_strip.html")
def photo_strip(photos: Sequence[Mapping[str, str]]) -> dict[str, object]:
    """Photos in a row: {url, thumb_url, alt, caption (optional)}; alt says kind, place and date."""
    return {"photos": photos}


@register.inclusion_tag("ui/kpis.html")
def kpis(items: Sequence[Mapping[str, object]]) -> dict[str, object]:
    """Figures: {label, value, unit, delta, delta_kind: good|bad|"", url}; every figure opens the list it counts."""
    return {"items": items}


@register.simple_tag
def chart(data: LineChart | BarChart | StackChart | Pyramid) -> SafeString:
    """A chart made by linli.ui.charts (line, bars, stacked or pyramid), its figures beneath it."""
    kind = {LineChart: "line", BarChart: "bars", StackChart: "stack", Pyramid: "pyramid"}[type(data)]
    return render_to_string(f"ui/charts/{kind}.html", {"chart": data})


@register.inclusion_tag("ui/grid_map.html")
def grid_map(data: GridMap) -> dict[str, object]:
    """A coloured SVG map made by linli.ui.svgmap.choropleth, with its legend and table."""
    return {"map": data}


@register.inclusion_tag("ui/live_map.html")
def live_map(
    geojson: str = "", points: str = "", lon: float | None = None, lat: float | None = None, tall: bool = False
) -> dict[str, object]:
    """A map to look at: areas from `geojson`, markers from `points` (both addresses of GeoJSON; WGS-84)."""
    return {"geojson": geojson, "points": points, "lon": lon, "lat": lat, "tall": tall, "tiles": _tiles()}


@register.inclusion_tag("ui/map_picker.html")
def map_picker(
    lon: BoundField, lat: BoundField, crs: BoundField, geojson: str = "", near_lon: str = "", near_lat: str = ""
) -> dict[str, object]:
    """Choose a place: three bound hidden fields, areas from `geojson`; first shown near (near_lon, near_lat)."""
    return {
        "lon": lon,
        "lat": lat,
        "crs": crs,
        "geojson": geojson,
        "near_lon": near_lon,
        "near_lat": near_lat,
        "tiles": _tiles(),
        "pick": f"#{lon.auto_id},#{lat.auto_id},#{crs.auto_id}",
    }


def _tiles() -> str:
    return str(getattr(settings, "LINLI_TILE_URL", "") or "")


@register.inclusion_tag("ui/steps.html")
def steps(items: Sequence[Mapping[str, object]], label: str) -> dict[str, object]:
    """Progress like a parcel's: items of {label, state: done|current|todo, at (optional), note (optional)}."""
    return {"items": items, "label": label}


@register.inclusion_tag("ui/progress.html")
def progress(value: int, maximum: int, label: str) -> dict[str, object]:
    """`value` of `maximum` done, as words and a bar."""
    return {"value": value, "maximum": maximum, "label": label}


@register.inclusion_tag("ui/pager.html")
def pager(newer_url: str = "", older_url: str = "", text: str = "") -> dict[str, object]:
    """Newer and older pages of a keyset list; `text` says what is shown."""
    return {"newer_url": newer_url, "older_url": older_url, "text": text}


@register.inclusion_tag("ui/empty.html")
def empty(text: str, icon: str = "list", action: str = "", url: str = "") -> dict[str, object]:
    """Nothing here: one sentence why, and what to do about it."""
    return {"text": text, "icon_name": icon, "action": action, "url": url}


@register.simple_tag
def notice(kind: str, text: str, icon: str = "") -> SafeString:
    """A sentence in a box: info, warning, error or success."""
    mark = draw_icon(icon or NOTICE_ICONS[kind])
    return format_html('<div class="notice notice-{}">{}<div>{}</div></div>', kind, mark, text)


@register.inclusion_tag("ui/crumbs.html")
def crumbs(items: Sequence[Mapping[str, str]]) -> dict[str, object]:
    """Where this page stands: items of {label, url}, the last without url."""
    return {"items": items}


@register.inclusion_tag("ui/call_button.html")
def call_button(url: str, label: str, masked: str = "", look: str = "") -> dict[str, object]:
    """One press calls. `url` is `tel:…` or a page that logs and leads there; the number itself shows only masked."""
    return {"url": url, "label": label, "masked": masked, "look": look}


@register.inclusion_tag("ui/move_button.html")
def move_button(
    label: str,
    reason: str = "",
    icon: str = "",
    name: str = "",
    value: str = "",
    key: str = "",
    look: str = "",
    url: str = "",
) -> dict[str, object]:
    """A move. With `reason` it stays visible but does nothing, and the reason is read beside it.

    A link with `url`, otherwise a submit button sending name=value. `look`: primary, danger, quiet. `key`: one letter.
    """
    return {
        "label": label,
        "reason": reason,
        "icon_name": icon,
        "name": name,
        "value": value,
        "key": key,
        "look": look,
        "url": url,
        "id": f"why-{zlib.crc32(f'{label}|{reason}'.encode()):08x}" if reason else "",
    }


@register.inclusion_tag("ui/confirm.html", takes_context=True)
def confirm(
    context: Context, name: str, title: str, text: str, action: str, url: str, danger: bool = False
) -> dict[str, object]:
    """A dialog with id `name` before an act that cannot be undone; a link with data-dialog="#name" opens it."""
    token = context.get("csrf_token")
    return {
        "id": name, "title": title, "text": text, "action": action, "url": url, "danger": danger, "csrf_token": token,
    }  # fmt: skip


@register.inclusion_tag("ui/session_warning.html")
def session_warning(idle_seconds: int, extend_url: str) -> dict[str, object]:
    """Says two minutes before the session ends from idleness that it will; `extend_url` answers GET and keeps it."""
    return {"idle_seconds": idle_seconds, "extend_url": extend_url}


@register.inclusion_tag("ui/toast.html", takes_context=True)
def toast(context: Context, message: Message) -> dict[str, object]:
    """One Django message as a toast (see linli.ui.toasts)."""
    made = toasts.from_message(message.level, str(message.message), message.extra_tags or "")
    return {"toast": made, "csrf_token": context.get("csrf_token")}

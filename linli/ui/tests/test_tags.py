"""Components render what their contract says."""

from datetime import UTC, datetime

import pytest
from django import forms
from django.contrib import messages
from django.template import Context, Template
from django.test import RequestFactory

from linli.ui import icons, toasts

HARD = "<script>alert(1)</script> 𠮷䶮 😀"


def draw(source, **context):
    return Template("{% load ui %}" + source).render(Context(context))


class Sample(forms.Form):
    name = forms.CharField(help_text="As on the card", max_length=10)
    note = forms.CharField(required=False, widget=forms.Textarea)
    kind = forms.ChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    feeling = forms.ChoiceField(
        choices=[("3", "Good"), ("2", "Fair"), ("1", "Poor")], widget=forms.RadioSelect, required=False
    )
    ok = forms.BooleanField(required=False)


def test_icons_are_silent_unless_labelled():
    assert 'aria-hidden="true"' in draw("{% icon 'bell' %}")
    assert 'role="img" aria-label="Bell"' in draw("{% icon 'bell' label='Bell' %}")


def test_an_unknown_icon_is_refused():
    with pytest.raises(LookupError, match="vendor_frontend"):
        draw("{% icon 'no-such-icon' %}")


def test_an_unknown_icon_in_service_becomes_a_dot(monkeypatch, settings):
    settings.DEBUG = False
    monkeypatch.delenv("PYTEST_VERSION")
    assert icons.checked("no-such-icon") == "point"


def test_a_state_has_icon_word_and_kind_and_escapes_its_word():
    html = draw("{% status_tag 'late' word %}", word=HARD)
    assert "tag-late" in html
    assert "<use" in html
    assert "<script" not in html
    assert "tag-muted" in draw("{% status_tag 'nonsense' 'x' %}")


def test_a_deadline_says_words_first_and_keeps_the_time():
    html = draw(
        "{% due_tag due %}", due={"kind": "late", "words": "2 hours late", "at": datetime(2026, 11, 22, 3, tzinfo=UTC)}
    )
    assert html.index("2 hours late") < html.index("<time")
    assert 'datetime="2026-11-22T11:00:00+08:00"' in html


def test_a_badge_is_silent_at_zero_and_short_above_99():
    assert draw("{% badge 0 %}") == ""
    assert "99+" in draw("{% badge 100 %}")


def test_query_with_changes_keys_and_drops_the_place_in_the_list():
    request = RequestFactory().get("/", {"status": "open", "grid": "3", "after": "xyz"})
    html = draw("{% query_with request grid='' page_size=20 %}", request=request)
    assert html == "?status=open&amp;page_size=20"


def test_a_field_ties_label_hint_and_error_to_its_input():
    form = Sample({"name": "x" * 50_000, "kind": "a"})
    html = draw("{% field form.name %}", form=form)
    assert 'for="id_name"' in html
    assert 'aria-describedby="id_name_hint id_name_error"' in html
    assert 'aria-invalid="true"' in html
    assert html.count('id="id_name_error"') == 1


def test_a_field_gives_back_whatever_was_typed():
    html = draw("{% field form.note %}", form=Sample({"note": HARD}))
    assert "𠮷䶮 😀" in html
    assert "<script" not in html
    assert "(optional)" in html or "optional" not in html


@pytest.mark.parametrize("tag", ["{% field form.kind %}", "{% tiles form.kind %}", "{% faces form.feeling %}"])
def test_choices_are_a_fieldset_with_a_legend(tag):
    html = draw(tag, form=Sample())
    assert "<fieldset" in html
    assert "<legend" in html
    assert html.count('type="radio"') in {2, 3}


def test_the_error_summary_links_to_the_fields():
    html = draw("{% error_summary form %}", form=Sample({}))
    assert 'href="#id_name"' in html
    assert 'href="#id_kind"' in html
    assert draw("{% error_summary form %}", form=Sample()).strip() == ""


def test_a_move_that_is_not_allowed_stays_visible_with_its_reason():
    html = draw("{% move_button 'Close' reason=why name='move' value='close' %}", why="The materials are missing.")
    assert 'aria-disabled="true"' in html
    assert 'type="button"' in html
    assert "The materials are missing." in html
    identity = html.split('aria-describedby="')[1].split('"')[0]
    assert f'id="{identity}"' in html


def test_a_toast_offers_undo_as_a_post():
    toast = toasts.from_message(messages.SUCCESS, "Sent", "undo=/x/1/undo")
    html = draw("{% include 'ui/toast.html' %}", toast=toast, csrf_token="t")
    assert 'method="post" action="/x/1/undo"' in html
    assert toasts.from_message(messages.ERROR, "No", "").kind == "error"


def test_tables_keep_their_roles():
    html = draw(
        "{% table columns rows 'Caption' %}",
        columns=[{"label": "A", "kind": "title"}],
        rows=[{"cells": [HARD], "url": "/a"}],
    )
    assert html.count('role="row"') == 2
    assert 'role="cell"' in html
    assert "<script" not in html


def test_internal_notes_say_that_they_are_internal():
    entry = {"at": datetime(2026, 11, 22, 3, tzinfo=UTC), "who": "A", "what": "note", "text": HARD, "kind": "internal"}
    html = draw("{% timeline entries %}", entries=[entry])
    assert "internal-mark" in html
    assert "<script" not in html

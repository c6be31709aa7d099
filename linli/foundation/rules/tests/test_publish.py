"""Rules of a place are kept as versions, with a source; bound ones are never looser than the country's."""

import json
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from linli.foundation.rules import bounds, queries
from linli.foundation.rules.actions import publish
from linli.foundation.rules.models import RuleSet
from linli.lib.errors import Invalid

pytestmark = pytest.mark.django_db
START = date(2026, 1, 1)
GIVEN = {"domain": "task.limits", "area_code": "320105", "source": "区办发〔示例〕1号", "effective_from": START}


def test_a_new_version_counts_at_once_in_its_place_only():
    assert publish(**GIVEN, params={"soon_hours": 1}).version == 1
    assert publish(**GIVEN, params={"soon_hours": 2}).version == 2
    assert queries.params("task.limits", "320105001", START)["soon_hours"] == 2
    assert queries.params("task.limits", "320106", START)["soon_hours"] == 24
    assert queries.national("task.limits", START)["soon_hours"] == 24


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"domain": "nonsense"}, "domain"),
        ({"source": " "}, "source"),
        ({"effective_to": date(2025, 1, 1)}, "effective_to"),
    ],
)
def test_what_cannot_be_is_refused_with_its_field(changes, field):
    with pytest.raises(Invalid) as refused:
        publish(**(GIVEN | changes), params={})
    assert set(refused.value.fields) == {field}
    assert not RuleSet.objects.exists()


def test_a_bound_is_kept(monkeypatch):
    monkeypatch.setitem(bounds._bounds, "task.limits", lambda own, widest: ["hours"] if own != widest else [])
    with pytest.raises(Invalid) as refused:
        publish(**GIVEN, params={"soon_hours": 1})
    assert "hours" in str(refused.value.fields["params"])
    assert publish(**GIVEN, params=queries.national("task.limits", START)).pk


def test_a_file_is_kept_whole_or_not_at_all(tmp_path, capsys):
    path = tmp_path / "rules.json"
    row = {**GIVEN, "effective_from": "2026-01-01", "effective_to": None, "params": {"soon_hours": 3}}
    for rows in ([row, {**row, "domain": "nonsense"}], [row, {}], {"a": 1}, [{**row, "effective_from": "x"}]):
        path.write_text(json.dumps(rows), "utf-8")
        with pytest.raises(CommandError):
            call_command("rules", str(path))
        assert not RuleSet.objects.exists()
    path.write_text(json.dumps([row]), "utf-8")
    call_command("rules", str(path))
    assert "task.limits v1 320105" in capsys.readouterr().out
    assert queries.params("task.limits", "320105", START)["soon_hours"] == 3

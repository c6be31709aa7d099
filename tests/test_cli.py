"""The console command: help, exit codes, sentences instead of tracebacks."""

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from linli.project import cli
from linli.project.cli import loading, outcome, parser
from linli.project.cli.passing import PASSED_ON


def linli(*arguments: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command as a person runs it, in a home of its own."""
    plain = {
        name: value for name, value in os.environ.items() if not name.startswith(("LINLI_", "DATABASE_", "DJANGO_"))
    }
    return subprocess.run(
        [sys.executable, "-m", "linli.project.cli", *arguments],
        env={**plain, "LINLI_HOME": str(home), "LANG": "C.UTF-8", **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


COMMANDS = ("demo", "serve", "worker", "doctor", "audit", "recount", *PASSED_ON)


def test_without_a_command_the_help_is_shown(capsys):
    assert cli.main([]) == 0
    shown = capsys.readouterr().out
    assert all(f"\n    {name} " in shown for name in COMMANDS)
    assert "Exit codes:" in shown


@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in PASSED_ON])
def test_every_command_has_a_help(name, capsys):
    with pytest.raises(SystemExit) as end:
        cli.main([name, "--help"])
    assert end.value.code == 0
    assert f"usage: linli {name}" in capsys.readouterr().out


@pytest.mark.parametrize("name", list(PASSED_ON))
def test_every_management_command_answers_with_its_help(name, capsys):
    assert cli.main([name, "--help"]) == 0
    assert f"linli {name}" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [["nothing"], ["demo", "--port", "0"], ["demo", "--port", "x"], ["serve", "--threads", "-1"], ["audit"]],
    ids=" ".join,
)
def test_wrong_calls_end_with_2(arguments, capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(arguments)
    assert end.value.code == 2
    assert "usage: linli" in capsys.readouterr().err


def test_a_port_in_the_environment_that_is_none_is_named(monkeypatch, capsys):
    monkeypatch.setenv("PORT", "many")
    with pytest.raises(SystemExit) as end:
        parser.command_line().parse_args(["demo"])
    assert end.value.code == 2
    assert "'many' is not a port" in capsys.readouterr().err


def test_trouble_is_a_sentence(capsys):
    def fail() -> int:
        raise outcome.Trouble("The lamp is out. Change it.")

    assert outcome.reported(fail) == 1
    assert capsys.readouterr().err == "The lamp is out. Change it.\n"


def test_ctrl_c_is_no_traceback(capsys):
    def stop() -> int:
        raise KeyboardInterrupt

    assert outcome.reported(stop) == 130
    assert capsys.readouterr().err == "Stopped.\n"


def test_what_nobody_foresaw_is_not_hidden():
    def fail() -> int:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        outcome.reported(fail)


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh-hans"),
        ({"LANG": "zh_SG.UTF-8"}, "zh-hans"),
        ({"LANG": "zh_TW.UTF-8"}, "zh-hant"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_CN.UTF-8"}, "zh-hans"),
    ],
)
def test_it_speaks_the_language_of_the_terminal(monkeypatch, variables, language):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert loading.terminal_language() == language


def test_a_wrong_variable_is_named_and_ends_with_2(tmp_path):
    done = linli("doctor", home=tmp_path, LINLI_DEMO="perhaps")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "LINLI_DEMO is 'perhaps'; write 1 or 0.\n"


def test_an_empty_installation_is_not_served(tmp_path):
    done = linli("serve", "--port", "18765", home=tmp_path)
    assert done.returncode == 1
    assert "Run: linli manage migrate" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_that_is_away_is_a_sentence(tmp_path):
    done = linli("recount", home=tmp_path, DATABASE_URL="postgres://nobody@127.0.0.1:1/none")
    assert done.returncode == 1
    assert done.stderr.startswith("The database cannot be used: ")
    assert "linli doctor" in done.stderr
    assert "Traceback" not in done.stderr


def test_doctor_of_an_empty_installation_says_what_to_do(tmp_path):
    done = linli("doctor", home=tmp_path)
    assert done.returncode == 1
    assert "Run: linli manage migrate" in done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.django_db
def test_histories_and_figures_that_are_whole_end_with_0(district, now, capsys):
    from linli.apps.incidents.tests.factories import report

    number = report(now=now).case.number
    assert cli.main(["audit", "verify"]) == 0
    assert cli.main(["audit", "verify", number]) == 0
    assert cli.main(["recount"]) == 0
    assert "1 rows recounted" in capsys.readouterr().out
    assert cli.main(["audit", "verify", "2026112399999"]) == 1
    assert "There is no case 2026112399999." in capsys.readouterr().err


@pytest.mark.django_db
def test_groups_of_an_older_version_are_written_anew(actor_of, now, capsys):
    from linli.register.people.models import Tag
    from linli.register.people.tests import factories

    factories.person(by=actor_of("community-worker"), now=now, born=date(1931, 3, 2))
    assert Tag.objects.filter(kind="aged").delete()[0] == 1
    assert cli.main(["recount"]) == 1
    assert "aged: kept never" in capsys.readouterr().out
    assert cli.main(["recount", "--groups"]) == 0
    assert "1 groups written anew" in capsys.readouterr().out
    assert Tag.objects.filter(kind="aged").count() == 1


@pytest.mark.django_db
def test_figures_that_are_wrong_are_named_and_end_with_1(district, now, capsys):
    from linli.apps.incidents.tests.factories import report
    from linli.spine.cases.models import Tally

    report(now=now)
    Tally.objects.update(opened=7)
    assert cli.main(["recount"]) == 1
    shown = capsys.readouterr()
    assert "opened: kept 7, counted 1" in shown.out
    assert "1 figures differ" in shown.err


@pytest.mark.django_db
def test_a_history_that_is_cut_off_is_named_and_ends_with_1(district, now, capsys):
    from linli.apps.incidents.tests.factories import report
    from linli.spine.cases.models import Case

    case = report(now=now).case
    Case.objects.filter(pk=case.pk).update(head_hash="0" * 64)
    assert cli.main(["audit", "verify"]) == 1
    assert f"{case.number}/2: " in capsys.readouterr().out

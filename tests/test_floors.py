"""The floors hold, and each rule is seen to fail: one planted break for every contract of import-linter."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def house(tmp_path_factory) -> Path:
    """A copy of the package with its contracts, to break."""
    copy = tmp_path_factory.mktemp("house")
    shutil.copy(ROOT / "pyproject.toml", copy)
    left_out = shutil.ignore_patterns("__pycache__", "static", "templates", "locale", "data")
    shutil.copytree(ROOT / "linli", copy / "linli", ignore=left_out)
    return copy


def contracts_broken(house: Path) -> tuple[int, str]:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--cache-dir", house / ".cache"],
        cwd=house,
        env={"PYTHONPATH": str(house), "PATH": "", "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "300"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def broken_names(output: str) -> set[str]:
    return {line.rsplit(" BROKEN", 1)[0] for line in output.splitlines() if " BROKEN" in line}


def test_the_house_as_it_is_keeps_every_contract(house):
    code, output = contracts_broken(house)
    assert code == 0, output
    assert "8 kept, 0 broken" in output


FLOORS = "A floor imports only from floors below it, and there is no other floor"
FOUNDATION = "The order of the foundation"
SPINE = "Cases stand on the catalogue"
REGISTER = "People live in homes"
NEIGHBOURS = "What stands on one floor does not know its neighbours"
ROOMS = "Inside an app: views use actions and queries, and these use models, never the other way round"
PURE = "Flow tables and lib know nothing of Django or a database"
NO_DOMAIN = "The ui floor has no domain: it may use lib and Django, nothing else of ours"

BREAKS = [
    ("linli/foundation/areas/queries.py", "from linli.apps.incidents.models import Incident", FLOORS),
    (
        "linli/register/people/actions/party.py",
        "def late():\n    from linli.spine.cases.models import Case\n    return Case",
        FLOORS,
    ),
    ("linli/cellar/__init__.py", "", FLOORS),
    ("linli/foundation/areas/models.py", "from linli.foundation.accounts.models import User", FOUNDATION),
    ("linli/foundation/odds/__init__.py", "", FOUNDATION),
    ("linli/spine/catalogue/queries.py", "from linli.spine.cases.models import Case", SPINE),
    ("linli/register/homes/models/estate.py", "from linli.register.people.models import Person", REGISTER),
    ("linli/sites/portal/forms.py", "from linli.sites.desk import words", NEIGHBOURS),
    ("linli/apps/incidents/models.py", "from linli.apps.incidents import actions", ROOMS),
    ("linli/foundation/notifications/queries.py", "from linli.foundation.notifications import views", ROOMS),
    ("linli/spine/cases/flow.py", "from django.db import models", PURE),
    ("linli/apps/incidents/flow.py", "from linli.spine.cases.models import Case", PURE),
    ("linli/lib/codes.py", "from django.conf import settings", PURE),
    ("linli/ui/charts.py", "from linli.foundation.areas.models import Area", NO_DOMAIN),
]


@pytest.mark.parametrize(
    ("path", "line", "contract"), BREAKS, ids=[f"{path}-{n}" for n, (path, *_) in enumerate(BREAKS)]
)
def test_a_planted_break_fails(house, path, line, contract):
    file = house / path
    before = file.read_text(encoding="utf-8") if file.exists() else None
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"{before or ''}\n\n{line}\n", encoding="utf-8")
    try:
        code, output = contracts_broken(house)
    finally:
        if before is None:
            shutil.rmtree(file.parent)
        else:
            file.write_text(before, encoding="utf-8")
    assert code == 1
    assert contract in broken_names(output), output


def test_every_contract_has_a_planted_break(house):
    names = {
        line.split('"')[1]
        for line in (house / "pyproject.toml").read_text("utf-8").splitlines()
        if line.startswith("name = ")
    }
    assert names - {"linli"} == {contract for _path, _line, contract in BREAKS}


FORBIDDEN_NAMES = {"utils.py", "helpers.py", "common.py", "misc.py", "signals.py", "repository.py", "services.py"}


def python_files() -> list[Path]:
    return [path for path in (ROOT / "linli").rglob("*.py") if "__pycache__" not in path.parts]


def test_no_file_has_a_name_that_says_nothing():
    assert [str(path) for path in python_files() if path.name in FORBIDDEN_NAMES] == []


def test_no_file_outgrows_its_room():
    """About 400 lines; tables of data and tests may be a little longer."""
    sizes = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in python_files()}
    assert {str(path): size for path, size in sizes.items() if size > 600} == {}


def test_every_app_says_what_it_owns():
    floors = ("foundation", "register", "spine", "apps", "insight", "sites")
    apps = [path.parent for floor in floors for path in (ROOT / "linli" / floor).glob("*/apps.py")]
    assert len(apps) >= 13
    assert [str(app.relative_to(ROOT)) for app in apps if not (app / "README.md").is_file()] == []

"""Loading the demo, step by step, with a bar for whoever waits. Each step is skipped where it is done already."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from importlib import resources
from typing import Any

from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from tqdm import tqdm

from linli.foundation.accounts.demo import DEMO_USERS, make_demo_accounts
from linli.foundation.accounts.models import User
from linli.foundation.accounts.passwords import DEMO_PASSWORD
from linli.foundation.areas.demo import DISTRICT, draw_demo_district
from linli.foundation.areas.queries import drawn_within
from linli.lib.errors import Refusal
from linli.project.demo import cases
from linli.project.demo.admission import fill_admission
from linli.project.demo.certificates import fill_certificates
from linli.project.demo.desks import fill_desks
from linli.project.demo.forms import fill_forms
from linli.project.demo.people import staff_units
from linli.project.demo.population import DEFAULT, is_populated, load_population
from linli.project.demo.population.load import SEED
from linli.project.demo.reports import RESIDENT_PHONE
from linli.project.demo.visiting import fill_visits
from linli.spine.cases.models import Case
from linli.spine.catalogue.actions import load_list

Tell = Callable[[int, int], None]


# As long as its people have held their posts: the cases of the past need the grids of the past.
OPEN_FOR = timedelta(days=400)


class NotEmpty(Refusal):
    """There is something in the database that the demo did not put there."""

    code = "not_empty"


def load(*, now: datetime, residents: int = DEFAULT, district_id: str = DISTRICT, seed: int = SEED) -> None:
    """Make the database ready and load what is missing of the demo. Raises NotEmpty for an installation in use.

    `residents` people live in `district_id`, any district of the list of divisions; 0 leaves the register empty.
    """
    with _bar(_("Database")) as tell:
        call_command("migrate", interactive=False, verbosity=0)
        tell(1, 1)
    if User.objects.exists() and not User.objects.filter(username=DEMO_USERS[0].username).exists():
        raise NotEmpty(
            _("This database is in use. The demo loads only into an empty one: set LINLI_HOME to another folder.")
        )
    with _bar(_("Areas, accounts and matters")) as tell:
        load_district(now=now, tell=tell)
    if not Case.objects.exists():
        with _bar(_("Cases of the last 90 days")) as tell:
            cases.load(now=now, tell=tell)
    with _bar(_("Tasks and agreements")) as tell:
        fill_admission(home=cases.HOME, now=now)
        tell(1, 1)
    if residents and not is_populated(district_id):
        with _bar(_("Residents and homes")) as tell:
            load_residents(now=now, residents=residents, district_id=district_id, seed=seed, tell=tell)


def load_residents(
    *, now: datetime, residents: int, district_id: str = DISTRICT, seed: int = SEED, tell: Tell | None = None
) -> None:
    """The made-up population, and on the desks of the demo accounts what waits for an answer."""
    load_population(
        district_id=district_id,
        residents=residents,
        now=now,
        seed=seed,
        home=cases.HOME,
        home_phone=RESIDENT_PHONE,
        tell=tell,
    )
    if district_id == DISTRICT:
        fill_desks(home=cases.HOME, now=now)
        fill_visits(home=cases.HOME, now=now, seed=seed)
        fill_certificates(home=cases.HOME, now=now)
        fill_forms(home=cases.HOME, now=now)


def load_district(*, now: datetime, tell: Tell | None = None) -> None:
    """Areas with drawn grids, units, people and matters: the demo without its cases. Safe to repeat."""
    tell = tell or (lambda done, total: None)
    if not drawn_within(DISTRICT, timezone.localdate(now)):
        since = timezone.localdate(now) - OPEN_FOR
        draw_demo_district(now=now, on=since, progress=lambda done, total: tell(done, total + 2))
    with transaction.atomic():
        if not User.objects.filter(username=DEMO_USERS[0].username).exists():
            make_demo_accounts(district_id=DISTRICT, now=now)
            staff_units(district_id=DISTRICT, now=now)
        tell(5, 6)
        for content in _lists():
            load_list(content=content, area_id=DISTRICT)
    tell(6, 6)


def _lists() -> list[dict[str, Any]]:
    """The list of incidents, and the example lists of duties and of assistance."""
    data = resources.files("linli.spine.catalogue") / "data"
    incidents, others = (json.loads((data / name).read_text("utf-8")) for name in ("incidents.json", "lists.json"))
    return [incidents, *others]


@contextmanager
def _bar(label: str) -> Iterator[Tell]:
    """A progress bar on a terminal; elsewhere one line when the step is over."""
    on_terminal = sys.stderr.isatty()
    form = "{desc}: {percentage:3.0f}% |{bar:30}| {elapsed}"
    with tqdm(total=1, desc=label, bar_format=form, disable=not on_terminal) as bar:

        def tell(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield tell
        bar.update((bar.total or 0) - bar.n)
    if not on_terminal:
        print(f"{label}: ok", file=sys.stderr, flush=True)  # noqa: T201 - a step of a command


def welcome(address: str) -> str:
    """Where the pages are and who may sign in, for the terminal."""
    width = max(len(user.username) for user in DEMO_USERS)
    people = [f"  {user.username:<{width}}  {user.role.name}" for user in DEMO_USERS]
    return "\n".join(
        [
            "",
            _("Linli is ready. Residents: %(address)s/") % {"address": address},
            _("Staff: %(address)s/desk/") % {"address": address},
            "",
            _("Demo accounts, all with the password %(password)s:") % {"password": DEMO_PASSWORD},
            *people,
            _("A resident signs in with the phone %(phone)s; the code is shown on the screen.")
            % {"phone": RESIDENT_PHONE},
            "",
            _("Ctrl-C stops it. The data stay; the next start takes seconds."),
            "",
        ]
    )

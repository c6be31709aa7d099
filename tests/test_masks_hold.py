"""Nobody without the right rebuilds a number: all that a role is shown is put together and tried.

Whoever tries knows what stands beside a masked number anyway: the birthday, the sex, the district. Every fragment of
the number on any page, print, workbook or answer of the API that a role can open is joined with all the others, so two
views with different masks would fill each other.
"""

import io
import re
import zipfile
from collections.abc import Iterable
from datetime import date

import pytest
from django.utils import timezone

from linli.apps.admission.tests.factories import agreed, handed, item, of_unit
from linli.foundation.accounts.models import Post
from linli.foundation.accounts.roles import GRANTS, Permission
from linli.insight.forms.tests.factories import ALL_HELD, released, stored_form, submission_in
from linli.insight.ledgers.models import Export
from linli.lib.citizen_id import check_digit
from linli.register.people.actions import fields
from linli.register.people.models import Person
from linli.register.people.tests import factories as make
from linli.register.people.tests.sheets_of import checked
from tests.access_register import actor
from tests.test_access_walk import EXPECTED, Cast, cast  # noqa: F401 (a fixture)

pytestmark = pytest.mark.django_db

#: Fewer numbers than this that fit are no secret.
LEAST = 20
TO_CALL = re.compile(r'href="tel:[0-9]+"')
STARRED = re.compile(r"[0-9]*[*＊•●]{2,}[0-9]*[Xx]?")
#: The copy that somebody may have of all that is held about them: whole, handed out and written down.
WHOLE = {"register/requests/<int:request_id>/copy/", "my-data/requests/<int:request_id>/copy/"}
#: One's own sheet as uploaded, and the community's own copy of a form: whole for those who may see whole numbers.
OWN_SHEETS = {
    "register/imports/<int:batch_id>/columns/",
    "register/imports/<int:batch_id>/workbook/",
    "forms/submissions/<int:submission_id>/filled.xlsx",
}


def identities(number: str) -> list[str]:
    """Every valid number with the district, birthday and sex of this one."""
    heads = [f"{number[:14]}{sequence:03d}" for sequence in range(int(number[16]) % 2, 1000, 2)]
    return [head + check_digit(head) for head in heads]


def phones(number: str) -> list[str]:
    """Every mobile number of the same network and office; the last four digits are free."""
    return [f"{number[:3]}{middle:04d}{number[7:]}" for middle in range(10_000)]


def fragments(number: str, texts: Iterable[str]) -> set[tuple[str, str]]:
    """Beginnings and ends of a number that stand in texts: masked ones, and the whole."""
    found = {(number, "")} if any(number in text for text in texts) else set()
    for text in texts:
        for shown in STARRED.findall(text):
            head, _stars, tail = re.split(r"([*＊•●]+)", shown, maxsplit=1)
            if (head or tail) and number.startswith(head) and number.endswith(tail.upper()):
                found.add((head, tail.upper()))
    return found


def fitting(number: str, candidates: list[str], texts: Iterable[str]) -> int:
    """How many candidates fit all that the texts show of a number."""
    shown = fragments(number, texts)
    return sum(all(one.startswith(head) and one.endswith(tail) for head, tail in shown) for one in candidates)


def text_of(content: bytes) -> str:
    """What a page or workbook says."""
    if not content.startswith(b"PK"):
        return content.decode(errors="replace")
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        return "\n".join(parts.read(name).decode(errors="replace") for name in parts.namelist() if name.endswith("xml"))


def opened(cast: Cast, who: str, routes: Iterable[str]) -> dict[str, str]:  # noqa: F811
    """What a role is shown by the addresses it can open."""
    found = {}
    for route in routes:
        token = cast.tokens.get(who)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        response = cast.clients["visitor" if token else who].get("/" + cast.fill(route), headers=headers)
        content = b"".join(response.streaming_content) if response.streaming else response.content
        if response.status_code == 200:
            found[route] = text_of(content)
    return found


def exported(cast: Cast, who: str, slug: str = "people") -> str:  # noqa: F811
    """The workbook that a role may take without anybody's approval; "" where it may take none."""
    client = cast.clients[who]
    answer = client.post(f"/ledgers/{slug}/export/", {"reason": "check", "why": "核对名册"})
    if answer.status_code != 302:
        return ""
    export = Export.objects.latest("pk")
    assert export.state == Export.State.READY
    return text_of(b"".join(client.get(f"/ledgers/exports/{export.pk}/download/").streaming_content))


@pytest.fixture
def shown(cast, now) -> Cast:  # noqa: F811
    """The home community with a sheet that says other numbers of the same people, and a wish to correct one."""
    woman = Person.objects.get(pk=cast.values["person_id"])
    man = Person.objects.get(name="赵国强")
    rows = [
        {"姓名": one.name, "身份证号": str(fields.plain(one, "identity")), "联系电话": "13987654321"}
        for one in (woman, man)
    ]
    batch = checked(actor("community-worker"), rows, timezone.now())
    cast.values["batch_id"] = str(batch.pk)
    return cast


ROLES = ("community-worker", "community-secretary", "grid-worker", "department-staff", "auditor", "civil-affairs")


@pytest.mark.parametrize("who", [*ROLES, "restricted-care", "organisation", "resident", "visitor", "token"])
def test_no_role_can_put_a_number_together_again(shown, who):
    routes = [route for route, (_who, get, _post) in EXPECTED.items() if get == 200 and route not in WHOLE]
    if Permission.PEOPLE_REVEAL in GRANTS.get(who.replace("-", "_"), ()):
        routes = [route for route in routes if route not in OWN_SHEETS]
    # Whoever may reveal a reporter's number may also call it, so a page carries it in the link.
    said = {route: TO_CALL.sub("", text) for route, text in opened(shown, who, routes).items()}
    if who in ROLES:
        said["workbook"] = exported(shown, who)
    for person in Person.objects.filter(name__in=("张秀兰", "赵国强")):
        number, phone = str(fields.plain(person, "identity")), str(fields.plain(person, "phone"))
        for numbers, one in ((identities, number), (phones, phone)):
            if one:
                places = [route for route, text in said.items() if fitting(one, numbers(one), [text]) < LEAST]
                assert fitting(one, numbers(one), said.values()) >= LEAST, places
    if who in ("community-worker", "community-secretary", "grid-worker"):
        own = str(fields.plain(Person.objects.get(pk=shown.values["person_id"]), "identity"))
        assert fragments(own, [said["register/people/<int:person_id>/"]]), "the walk sees the masks"


@pytest.mark.parametrize(("identity", "least"), [("masked", LEAST), ("as_is", 1)])
def test_what_a_sender_gets_of_a_form_does_not_complete_it(client_for, actor_of, now, identity, least):
    secretary, worker = actor_of("community-secretary"), actor_of("community-worker")
    one = make.person(by=worker, now=now, born=date(1940, 5, 1), phone="13812345678")
    health = of_unit(actor_of("department-staff"), "dept-health")
    Post.objects.filter(user__username="department-staff").update(unit_id=health.unit_id)
    agreed(health, secretary, item(), now)
    file = stored_form(health, now, ALL_HELD)
    done = handed(health, now, matter=item(), form="form", files=[file], knowingly=False)
    row = released(secretary, submission_in(done), now, identity=identity, name="as_is")
    answer = client_for("department-staff").get(f"/forms/submissions/{row.pk}/given.xlsx")
    assert answer.status_code == 200
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    number = str(fields.plain(one, "identity"))
    found = fitting(number, identities(number), [text_of(content)])
    assert found >= least
    assert (found == 1) is (identity == "as_is")


def test_the_attempt_itself_succeeds_where_a_mask_is_weak():
    number = "320105195803020027"
    assert fitting(number, identities(number), ["320105********0027"]) == 1
    assert fitting(number, identities(number), ["3201*************7", "**********0027"]) == 1
    assert fitting(number, identities(number), ["3201**********" + number[-4:]]) == 1
    assert fitting(number, identities(number), ["3201*************7"]) >= 40
    assert fitting(number, identities(number), ["139****1234 nothing of it"]) == 500

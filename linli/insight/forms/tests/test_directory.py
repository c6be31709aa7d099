"""One page lists every form that communities give: in scope, sorted, on paper, as a workbook; no address fails."""

import io

import openpyxl
import pytest

from linli.apps.admission.tests.factories import agreed, handed, item, move, task_in
from linli.foundation.notifications.models import Message
from linli.insight.forms.models import CommunityForm
from linli.insight.forms.queries import ORDERS
from linli.insight.forms.tests.factories import ALL_HELD, PARTLY, released, stored_form, submission_in
from linli.lib.errors import Invalid

pytestmark = pytest.mark.django_db
ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}
#: What makes the two forms part of public health.
TEXT = "请核对老年人健康管理名册后填报"


@pytest.fixture
def forms(health, actor_of, now):
    secretary = actor_of("community-secretary")
    agreed(health, secretary, item(), now)
    held = handed(health, now, matter=item(), form="form", title="老人月报", knowingly=False,
                  text=TEXT, files=[stored_form(health, now, ALL_HELD)])  # fmt: skip
    asked = handed(health, now, matter=item(), form="form", title="需求摸底", knowingly=False,
                   text=TEXT, files=[stored_form(health, now, PARTLY)])  # fmt: skip
    return held, asked


def test_it_lists_what_a_community_gives_with_its_basis_and_totals(client_for, actor_of, forms, now):
    released(actor_of("community-secretary"), submission_in(forms[0]), now)
    page = client_for("community-worker", **ENGLISH).get("/forms/").content.decode()
    assert "老人月报" in page
    assert "需求摸底" in page
    assert item().name in page
    assert "2 forms" in page
    assert "given 1 times" in page
    narrowed = client_for("community-worker", **ENGLISH).get("/forms/?state=released").content.decode()
    assert "需求摸底" not in narrowed
    assert "老人月报" not in client_for("cw-320105001004").get("/forms/").content.decode()
    wide = client_for("civil-affairs", **ENGLISH).get("/forms/").content.decode()
    assert "By sender" in wide


@pytest.mark.parametrize(
    "query",
    [
        *(f"order={order}" for order in ORDERS),
        "order=nothing&state=x&every=daily&unit=-1&area=zz&page=0",
        "page=99999999999999999999&unit=99999999999999999999",
        "q=%00%ff&area=320105&every=once&state=late",
        "unit=１&page=２",
    ],
)
def test_no_address_fails(client_for, forms, query):
    for path in ("", "print/", "workbook/"):
        answer = client_for("community-worker").get(f"/forms/{path}?{query}")
        assert answer.status_code == 200
        if answer.streaming:
            b"".join(answer.streaming_content)


def test_the_workbook_says_the_same(client_for, forms):
    answer = client_for("community-worker").get("/forms/workbook/")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    lines = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    assert {line[0] for line in lines[1:]} == {"老人月报", "需求摸底"}
    assert all(line[4] for line in lines[1:])


def test_the_community_is_told_of_what_is_ready(forms):
    form = CommunityForm.objects.get(task=None)
    assert Message.objects.filter(collision_key__contains=f"form-ready:{form.pk}").exists()


def test_a_form_is_not_handed_in_past_its_own_page(health, actor_of, forms, now):
    secretary = actor_of("community-secretary")
    task = move(task_in(forms[1]), "accept", secretary, now)
    with pytest.raises(Invalid):
        move(task, "hand_in", secretary, now, files=[stored_form(secretary, now, PARTLY)])
    assert move(task, "hand_in", secretary, now, minutes=30).case.state == "handed_in"

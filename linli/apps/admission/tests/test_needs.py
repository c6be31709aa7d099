"""What an application will need is said while it is written, on the page and as a fragment."""

import pytest
from django.utils import timezone

from linli.apps.admission.queries.needs import needs
from linli.apps.admission.tests.factories import HOME

pytestmark = pytest.mark.django_db
ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}
NEW = "/admission/applications/new/"
FRAGMENT = "/admission/applications/needs/"


def told(now, **typed) -> list[tuple[str, bool]]:
    fields = {"list_kind": "assist", "form": "task", "with_form": False, "texts": ["协助宣传"], "area_id": HOME}
    return [(one.text, one.objects) for one in needs(**(fields | typed), on=timezone.localdate(now))]


def test_an_inspection_needs_a_city_and_its_one_organiser(now, district):
    found = told(now, form="inspection", texts=["安全检查"])
    assert len(found) == 2
    assert "省、市明确要求" in found[0][0]
    assert "民政" in found[1][0]
    assert not any(objects for _text, objects in found)
    assert told(now) == []
    assert told(now, form="nonsense") == []


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ({"texts": ["安全检查", "迎接督查"]}, "检查"),
        ({"texts": ["协助宣传", "请建群"]}, "建群"),
        ({"texts": ["协助宣传", "填报统计表"]}, "统计表"),
        ({"texts": ["完成招商引资任务"]}, "招商引资"),
        ({"list_kind": "duty"}, ""),
    ],
)
def test_what_stands_against_it_is_said_early(now, district, typed, word):
    (found,) = [one for one in told(now, **typed) if one[1]]
    assert word in found[0]


def test_a_form_that_is_applied_for_is_no_surprise(now, district):
    assert told(now, texts=["协助宣传", "填报统计表"], with_form=True) == []


def test_it_stands_on_the_page_and_comes_while_typing(client_for):
    client = client_for("department-staff", **ENGLISH)
    page = client.get(NEW).content.decode()
    assert f'hx-post="{FRAGMENT}"' in page
    typed = {"list_kind": "assist", "form": "inspection", "area_id": HOME, "name": "安全检查评比", "does": ""}
    fragment = client.post(FRAGMENT, typed).content.decode()
    assert "宁区委办发〔2014〕89号" in fragment
    assert "appraisal or ranking" in fragment
    again = client.post(NEW, typed)
    assert again.status_code == 422
    assert "宁区委办发〔2014〕89号" in again.content.decode(), "without scripts it comes with the next page"
    assert client_for("community-worker").post(FRAGMENT, typed).status_code == 403

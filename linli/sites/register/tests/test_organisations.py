"""Organisations on site: entered with a checked code, found, closed and reopened, phones sealed."""

import pytest
from django.urls import reverse

from linli.foundation.audit.models import AccessRecord
from linli.register.homes.models import Organisation
from linli.register.people.tests import factories as make

pytestmark = pytest.mark.django_db
CODE = "91440300708461136T"


def url(name, *args):
    return reverse(f"register:{name}", args=args)


def follow(answer):
    assert answer.status_code == 302, answer.content.decode()[:6000]
    return answer["Location"]


def test_an_organisation_from_beginning_to_end(client_for, django_assert_max_num_queries):
    client, stranger = client_for("community-worker"), client_for("cw-320105001004")
    home = make.dwelling("101")
    data = {"name": "便民超市", "kind": "02", "credit_code": CODE, "where": "莫愁新寓3-2-101", "phone": "13900003333"}
    for wrong in ("91440300708461136X", "123", "91440300708461136I"):
        refused = client.post(url("organisation_new"), {**data, "credit_code": wrong})
        assert refused.status_code == 422
        assert refused.context_data["form"].errors["credit_code"]
    page = follow(client.post(url("organisation_new"), data))
    made = Organisation.objects.get()
    assert (made.dwelling_id, made.building_id, made.credit_code) == (home.pk, home.building_id, CODE)
    assert "13900003333" not in made.phone_sealed
    assert client.post(url("organisation_new"), data).status_code == 422, "one code once in a grid"
    shown = client.get(page).content.decode()
    assert CODE in shown
    assert "13900003333" not in shown
    client.get(url("organisations"))
    with django_assert_max_num_queries(11):
        assert "便民超市" in client.get(url("organisations"), {"q": "超市", "kind": "02"}).content.decode()
    assert "便民超市" in client.get(url("building", home.building_id)).content.decode()
    reveal = url("organisation_phone", made.pk)
    assert client.get(reveal).status_code == 200
    assert "13900003333" in client.post(reveal, {"reason": "联系安全检查"}).content.decode()
    assert AccessRecord.objects.filter(action="homes.reveal", subject_id=str(made.pk)).count() == 1
    edit = url("organisation_edit", made.pk)
    assert client.get(edit).status_code == 200
    follow(client.post(edit, {**data, "name": "惠民超市", "phone": ""}))
    made.refresh_from_db()
    assert made.name == "惠民超市"
    assert made.phone_sealed, "an empty phone stays as it was"
    follow(client.post(url("organisation_close", made.pk), {"closed_on": "2020-01-01"}))
    assert "惠民超市" not in client.get(url("organisations")).content.decode()
    assert "惠民超市" in client.get(url("organisations"), {"closed": "1"}).content.decode()
    follow(client.post(url("organisation_reopen", made.pk)))
    made.refresh_from_db()
    assert made.closed_on is None
    for name in ("organisation", "organisation_edit", "organisation_phone"):
        assert stranger.get(url(name, made.pk)).status_code == 404


def test_an_address_that_means_no_building_is_said(client_for):
    client = client_for("community-worker")
    data = {"name": "书店", "kind": "01", "where": "无此小区9幢"}
    refused = client.post(url("organisation_new"), data)
    assert refused.status_code == 422
    assert refused.context_data["form"].errors["where"]
    follow(client.post(url("organisation_new"), {**data, "where": "", "area_id": make.grid_of()}))

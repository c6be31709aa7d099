"""A clerk types what a resident wants, prints the hand-out, and the refusal is written down."""

from dataclasses import replace

import pytest

from linli.apps.certificates import actions
from linli.apps.certificates.models import CertificateRefusal
from linli.lib.errors import Invalid, NotAllowed

pytestmark = pytest.mark.django_db


def test_the_clerk_reads_who_does_it_and_prints_the_hand_out(client_for):
    worker = client_for("community-worker")
    page = worker.get("/certificates/", {"q": "死亡证明"}).content.decode()
    assert "医疗机构" in page
    assert "疾病状况证明" not in page
    response = worker.post("/certificates/refuse/", {"code": "death", "wanted_by": " 某银行网点 "}, follow=True)
    sheet = response.content.decode()
    assert response.redirect_chain[-1][0].startswith("/certificates/refused/")
    for words in ("死亡证明", "医疗机构", "民发〔2020〕20号", "某银行网点"):
        assert words in sheet
    row = CertificateRefusal.objects.get()
    assert (row.area_id, row.code, row.wanted_by) == ("320105001001", "death", "某银行网点")


def test_the_same_form_counts_once(client_for):
    worker = client_for("community-worker")
    for _n in range(2):
        worker.post("/certificates/refuse/", {"code": "death", "wanted_by": "某银行", "key": "abc"})
    assert CertificateRefusal.objects.count() == 1
    worker.post("/certificates/refuse/", {"code": "dog", "key": "abc"})
    worker.post("/certificates/refuse/", {"code": "dog", "key": "x" * 5000})
    assert CertificateRefusal.objects.count() == 3


def test_the_log_counts_searches_and_pages(client_for, django_assert_max_num_queries):
    worker = client_for("community-worker")
    for n in range(51):
        worker.post("/certificates/refuse/", {"code": "death" if n else "dog", "wanted_by": f"单位{n:02d}"})
    worker.get("/certificates/refused/")
    with django_assert_max_num_queries(12):
        first = worker.get("/certificates/refused/").content.decode()
    assert "单位50" in first
    assert "单位00" not in first
    rest = worker.get("/certificates/refused/", {"after": CertificateRefusal.objects.order_by("pk")[1].pk})
    assert "单位00" in rest.content.decode()
    dogs = worker.get("/certificates/refused/", {"code": "dog"}).content.decode()
    assert "单位00" in dogs
    assert "单位01" not in dogs
    assert "单位07" in worker.get("/certificates/refused/", {"q": "单位07"}).content.decode()


def test_a_stranger_community_reads_none_of_it(client_for, actor_of):
    client_for("community-worker").post("/certificates/refuse/", {"code": "death"})
    row = CertificateRefusal.objects.get()
    neighbour = replace(actor_of("community-worker"), area_id="320105001004")
    assert not CertificateRefusal.objects.visible_to(neighbour).exists()
    department = client_for("department-staff")
    assert department.get(f"/certificates/refused/{row.pk}/").status_code == 404
    assert "死亡证明" not in department.get("/certificates/refused/").content.decode()
    assert client_for("civil-affairs").get(f"/certificates/refused/{row.pk}/").status_code == 200


@pytest.mark.parametrize("bad", ["", "nonsense", "居住", "\x00", "9" * 5000])
def test_an_item_off_the_list_is_not_refused_by_form(client_for, bad):
    worker = client_for("community-worker")
    response = worker.post("/certificates/refuse/", {"code": bad, "q": "居住证明"})
    assert response.status_code == 302
    assert "q=" in response["Location"]
    assert not CertificateRefusal.objects.exists()


def test_only_the_community_refuses(actor_of, now):
    with pytest.raises(NotAllowed):
        actions.refuse(by=actor_of("civil-affairs"), code="death", now=now)
    with pytest.raises(Invalid):
        actions.refuse(by=actor_of("community-worker"), code="nonsense", now=now)


@pytest.mark.parametrize("after", ["0", "x", "-1", "99999999999999999999"])
def test_addresses_that_nobody_wrote_are_no_errors(client_for, after):
    assert client_for("community-worker").get("/certificates/refused/", {"after": after}).status_code == 200
    assert client_for("community-worker").get("/certificates/refused/99999999999/").status_code == 404

"""What may be asked where, and what words point to."""

from linli.sites.api.tests.conftest import HOME


def test_matters_come_in_the_order_of_their_list_page_by_page(visitor):
    whole = visitor.get("/matters", area=HOME)
    first = visitor.get("/matters", area=HOME, size=20)
    rest = visitor.get("/matters", area=HOME, size=20, after=first["after"])
    assert [one["code"] for one in first["matters"] + rest["matters"]] == [one["code"] for one in whole["matters"]]
    assert len(whole["matters"]) == 27
    assert rest["after"] == whole["after"] == ""


def test_a_matter_says_who_leads_it_and_in_what_time(visitor):
    matter = visitor.get("/matters/dispute.neighbour", area=HOME)
    assert matter["promised"] == {"amount": 5, "unit": "working_days"}
    assert matter["lead"] == "community_office"
    assert matter["basis"]
    led = [one for one in visitor.get("/matters", area=HOME)["matters"] if one["lead_unit"]]
    assert led
    assert led[0]["lead_unit"]["code"].startswith("dept-")


def test_words_point_to_matters(visitor):
    suggested = visitor.get("/matters/suggest", area=HOME, text="楼上漏水一直吵架")
    assert suggested["matters"][0]["code"] == "dispute.neighbour"
    assert visitor.get("/matters/suggest", area=HOME, text="zzz")["matters"] == []
    assert visitor.get("/matters/suggest", area=HOME, text="").status == 422


def test_nothing_is_offered_where_no_list_is_published(visitor):
    assert visitor.get("/matters", area="110101")["matters"] == []
    assert visitor.get("/matters/dispute.neighbour", area="110101").status == 404
    assert visitor.get("/matters/no.such", area=HOME).status == 404
    assert visitor.get("/matters").code == "invalid"

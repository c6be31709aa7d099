import pytest


def test_the_nine_communities_without_a_grid_are_named(client_for):
    response = client_for("civil-affairs").get("/desk/gaps/")
    assert len(response.context["gaps"]) == 9
    assert response.context["totals"] == {"communities": 64, "uncovered": 9, "grids": 55, "subgrids": 326}


def test_each_post_sees_its_own_area(client_for):
    response = client_for("street-staff").get("/desk/gaps/")
    assert all(one.pk.startswith("320105001") for one in response.context["gaps"])


@pytest.mark.parametrize(("username", "status"), [("admin", 200), ("grid-worker", 200), ("auditor", 200)])
def test_who_may_see_coverage(client_for, username, status):
    assert client_for(username).get("/desk/gaps/").status_code == status


def test_residents_are_told_it_is_not_for_them(resident_client):
    assert resident_client().get("/desk/gaps/").status_code == 403

from linli.sites.desk.tests.factories import ELSEWHERE, make_case

GRID = "/desk/grid/"


def in_grid(actor_of, **given):
    return make_case(area_id=actor_of("grid-worker").area_id, **given)


def test_the_worker_sees_the_grid_s_open_cases_with_one_tap_to_call(client_for, actor_of):
    in_grid(actor_of, text="楼道堵塞")
    make_case(text="别处", area_id=ELSEWHERE)
    body = client_for("grid-worker").get(GRID).content.decode()
    assert "楼道堵塞" in body
    assert "别处" not in body
    assert 'href="tel:19900001234"' in body
    assert ">19900001234" not in body


def test_landing_leads_the_worker_to_the_grid_and_others_to_their_queue(client_for, resident_client):
    assert client_for("grid-worker").get("/desk/")["Location"] == GRID
    assert client_for("community-worker").get("/desk/")["Location"] == "/desk/cases/"
    assert client_for("auditor").get("/desk/")["Location"] == "/desk/cases/"
    assert client_for("admin").get("/desk/")["Location"] == "/desk/gaps/"
    assert resident_client().get("/desk/")["Location"] == "/"


def test_the_map_is_a_toggle_and_loads_the_live_map_only_then(client_for, actor_of):
    in_grid(actor_of)
    client = client_for("grid-worker")
    assert "leaflet" not in client.get(GRID).content.decode()
    assert "leaflet" in client.get(GRID, {"show": "map"}).content.decode()


def test_the_grid_takes_few_statements(client_for, actor_of, django_assert_max_num_queries):
    for n in range(20):
        in_grid(actor_of, text=f"第{n}件")
    client = client_for("grid-worker")
    client.get(GRID)
    with django_assert_max_num_queries(8):
        client.get(GRID)


def test_paging_the_grid_loses_nothing(client_for, actor_of):
    for n in range(25):
        in_grid(actor_of, text=f"第{n}件")
    client = client_for("grid-worker")
    first = client.get(GRID)
    second = client.get(GRID + first.context["older_url"])
    assert len(first.context["cards"]) + len(second.context["cards"]) == 25


def test_handling_on_the_spot_is_one_tap_away(client_for, actor_of):
    walk = in_grid(actor_of)
    assert (
        f"/desk/cases/{walk.case.number}/moves/solve_on_spot/" in client_for("grid-worker").get(GRID).content.decode()
    )

"""The description of the API: whole, valid, and readable in a browser without other hosts."""

import json

import pytest
from django.test import Client
from django.urls import get_resolver

from linli.sites.api import urls
from linli.sites.api.api import api

METHODS = {"get", "post"}


@pytest.fixture
def description():
    return json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/v1/")))


def operations(description):
    return [
        (path, method, operation)
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
    ]


def test_the_description_is_served_to_everybody(db):
    answer = Client().get("/api/v1/openapi.json")
    assert answer.status_code == 200
    assert answer.json()["openapi"].startswith("3.1")
    assert len(operations(answer.json())) == 18


def test_every_operation_says_how_it_can_refuse(description):
    for path, method, operation in operations(description):
        assert operation["description"], path
        assert len(operation["tags"]) == 1
        for status in ("401", "405", "422", "500", "503"):
            assert operation["responses"][status]["$ref"].endswith(f"Problem{status}"), (path, method)
        named = {answer["$ref"].rsplit("/", 1)[1] for answer in operation["responses"].values() if "$ref" in answer}
        assert named <= set(description["components"]["responses"])
        if method == "post":
            assert {"400", "413", "429"} <= set(operation["responses"])


def test_operation_ids_are_stable_words(description):
    names = [operation["operationId"] for _path, _method, operation in operations(description)]
    assert sorted(names) == [
        "follow_report",
        "get_area",
        "get_case",
        "get_matter",
        "get_photo",
        "list_area_children",
        "list_areas",
        "list_case_events",
        "list_case_moves",
        "list_cases",
        "list_matters",
        "locate_point",
        "make_case_move",
        "make_reporter_move",
        "send_photo",
        "send_report",
        "suggest_matters",
        "who_am_i",
    ]


def strings(schema):
    """Every schema of a text inside a schema."""
    if isinstance(schema, dict):
        if schema.get("type") == "string":
            yield schema
        for inner in schema.values():
            yield from strings(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from strings(inner)


def test_every_text_that_comes_in_has_a_largest_size(description):
    incoming = [
        (path, parameter["schema"])
        for path, _method, operation in operations(description)
        for parameter in operation["parameters"]
    ]
    incoming += [(name, schema) for name, schema in description["components"]["schemas"].items() if name.endswith("In")]
    assert len(incoming) > 30
    for where, schema in incoming:
        for text in strings(schema):
            assert {"maxLength", "enum", "const"} & set(text), (where, text)


def test_examples_in_the_description_are_true_to_their_schemas(description):
    from jsonschema_rs import validator_for

    for name, schema in description["components"]["schemas"].items():
        whole = {**schema, "components": description["components"]}
        for given in schema.get("examples", []):
            problems = [f"{error.instance_path}: {error.message}" for error in validator_for(whole).iter_errors(given)]
            assert not problems, (name, problems)


def test_the_page_needs_no_inline_script_and_no_other_host(db):
    page = Client().get("/api/v1/docs")
    text = page.content.decode()
    assert page.status_code == 200
    assert "<script>" not in text
    assert "http://" not in text
    assert "https://" not in text
    assert "/api/v1/openapi.json" in text
    assert "style=" not in text


def test_every_address_is_marked_for_the_door():
    patterns = urls.urlpatterns[0].url_patterns
    marks = {pattern.name: pattern.callback.access for pattern in patterns}
    assert set(marks.values()) == {"api", "public"}
    assert {name for name, mark in marks.items() if mark == "public"} == {"openapi-json", "openapi-view", "api-root"}
    assert get_resolver("linli.sites.api.urls")

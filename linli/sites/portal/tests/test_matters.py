"""What may be reported, readable by everybody."""

import pytest

pytestmark = pytest.mark.usefixtures("district")


def test_the_list_names_lead_and_terms(visitor, django_assert_max_num_queries):
    with django_assert_max_num_queries(2):
        page = visitor.get("/matters/")
    assert len(page.context["matters"]) == 27
    text = page.content.decode()
    assert "消防隐患" in text
    assert "27" in text.partition("</title>")[0]
    assert "tel:12345" in text


@pytest.mark.parametrize(
    ("query", "least", "most"),
    [
        ("q=路灯", 1, 3),
        ("q=电梯", 1, 3),
        ("class=policy", 2, 2),
        ("q=路灯&class=policy", 0, 0),
        ("class=<script>", 27, 27),
    ],
)
def test_words_and_class_narrow_it(visitor, query, least, most):
    page = visitor.get(f"/matters/?{query}")
    assert least <= page.context["count"] <= most
    if not page.context["count"]:
        assert "Drop a word" in page.content.decode()


def test_long_and_strange_searches_find_nothing_and_fail_nothing(visitor):
    for words in ("字" * 50_000, "😀", "𠮷䶮", "<script>alert(1)</script>", "%", "\x00"):
        page = visitor.get("/matters/", {"q": words})
        assert page.status_code == 200
        assert b"<script>alert(1)" not in page.content


def test_one_matter_shows_basis_and_leads_to_the_form(visitor, django_assert_max_num_queries):
    with django_assert_max_num_queries(2):
        page = visitor.get("/matters/hazard.fire/")
    text = page.content.decode()
    assert "信访工作条例" in text
    assert "tel:119" in text
    assert "/report/?matter=hazard.fire" in text
    assert visitor.get("/matters/no.such/").status_code == 404

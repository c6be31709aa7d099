"""On what basis a task may enter a list: tables around every threshold, from the words of the sources (V16)."""

from datetime import date

import pytest

from linli.foundation.rules import queries as rules
from linli.spine.catalogue import basis
from linli.spine.catalogue.basis import Document, Guarantees

ON = date(2026, 11, 27)
AGREED = Guarantees(amount=3_000_000, conditions="办公场地一间", agreed=True)


@pytest.fixture(scope="module")
def shipped():
    """The rule set as it is shipped: no database is needed to read it."""
    return next(one.params for one in rules._shipped() if one.domain == "admission.basis")


def document(form: str, issuer: str, level: str, **more: object) -> Document:
    return Document(title="某某文件", form=form, issuer=issuer, level=level, **more)  # type: ignore[arg-type]


def verdict(shipped, sort: str, *documents: Document, guarantees: Guarantees | None = None) -> basis.Verdict:
    return basis.check(sort=sort, documents=documents, rules=shipped, on=ON, guarantees=guarantees)


BYLAW = ("law", "legislature", "city")
TABLE = [
    # 履职: law of any kind, or a file of the city's offices (or the city's party committee or government) and above
    ("duty", ("law", "legislature", "nation"), True),
    ("duty", ("law", "government", "nation"), True),
    ("duty", BYLAW, True),
    ("duty", ("document", "offices", "city"), True),
    ("duty", ("document", "government", "city"), True),
    ("duty", ("document", "offices", "province"), True),
    ("duty", ("document", "offices", "district"), False),
    ("duty", ("document", "department", "city"), False),
    ("duty", ("document", "department", "nation"), False),
    ("duty", ("document", "other", "nation"), False),
    # 代办: a file of the party committee or government of the district and above; never of a department
    ("entrusted", ("document", "government", "district"), True),
    ("entrusted", ("document", "offices", "district"), True),
    ("entrusted", ("document", "government", "street"), False),
    ("entrusted", ("document", "department", "district"), False),
    ("entrusted", ("document", "department", "city"), False),
    ("entrusted", ("document", "government", "city"), True),
    # 协助: the city's departments and above
    ("assist", ("document", "department", "city"), True),
    ("assist", ("document", "department", "district"), False),
    ("assist", ("document", "government", "district"), False),
    ("assist", ("document", "government", "city"), True),
    ("assist", ("document", "other", "city"), False),
    ("assist", ("law", "legislature", "province"), True),
]


@pytest.mark.parametrize(("sort", "issued", "ok"), TABLE)
def test_form_issuer_and_level_decide(shipped, sort, issued, ok):
    found = verdict(shipped, sort, document(*issued))
    assert found.ok is ok, found
    assert all(finding.source for finding in found.findings)


def test_the_worked_example_of_admission(shipped):
    """V16, the four about the basis; the fifth (招商引资) is in test_wording."""
    city_department = document("document", "department", "city")
    assert not verdict(shipped, "assist", city_department, guarantees=Guarantees()).ok
    assert verdict(shipped, "assist", city_department, guarantees=AGREED).ok
    assert not verdict(shipped, "entrusted", document("document", "department", "district")).ok
    assert verdict(shipped, "entrusted", document("document", "government", "district")).ok
    assert verdict(shipped, "duty", document(*BYLAW)).ok


@pytest.mark.parametrize("sort", ["duty", "entrusted", "assist"])
def test_nothing_is_no_basis(shipped, sort):
    (only,) = verdict(shipped, sort).findings
    assert (only.rule, only.ok) == ("basis", False)


@pytest.mark.parametrize(
    ("since", "until", "ok"),
    [
        (None, None, True),
        (ON, None, True),
        (date(2026, 11, 28), None, False),
        (None, ON, True),
        (None, date(2026, 11, 26), False),
    ],
)
def test_a_document_counts_while_it_is_in_force(shipped, since, until, ok):
    law = document("law", "legislature", "nation", valid_from=since, valid_to=until)
    assert verdict(shipped, "duty", law).ok is ok


def test_one_that_is_over_does_not_spoil_one_that_holds_and_is_told(shipped):
    over = document("law", "legislature", "nation", valid_to=date(2020, 1, 1))
    found = verdict(shipped, "duty", over, document(*BYLAW))
    assert found.ok
    assert [(finding.rule, finding.ok) for finding in found.findings] == [("in_force", True), ("level", True)]


MISSING = [
    (Guarantees(amount=1, conditions="x", agreed=True), set()),
    (Guarantees(amount=0, waived_because="由街道统一保障", conditions="x", agreed=True), set()),
    (Guarantees(amount=0, waived_because="  ", conditions="x", agreed=True), {"money"}),
    (Guarantees(amount=0, conditions="x", agreed=True), {"money"}),
    (Guarantees(amount=1, conditions=" ", agreed=True), {"conditions"}),
    (Guarantees(amount=1, conditions="x", agreed=False), {"agreement"}),
    (Guarantees(), {"money", "conditions", "agreement"}),
]


@pytest.mark.parametrize(("given", "missing"), MISSING)
def test_assistance_needs_money_conditions_and_agreement(shipped, given, missing):
    found = verdict(shipped, "assist", document("document", "department", "city"), guarantees=given)
    assert {finding.rule for finding in found.objections} == missing


@pytest.mark.parametrize("sort", ["duty", "entrusted"])
def test_the_other_lists_ask_for_no_agreement(shipped, sort):
    law_and_file = (document("law", "legislature", "nation"), document("document", "government", "district"))
    assert verdict(shipped, sort, *law_and_file, guarantees=Guarantees()).ok


def test_an_objection_names_the_document_and_what_would_do(shipped):
    (finding,) = verdict(
        shipped, "entrusted", document("document", "department", "district", number="甲发〔2026〕1号")
    ).objections
    assert "甲发〔2026〕1号" in str(finding.values["document"])
    assert "区级以上党委政府" in str(finding.values["needed"])

import csv
import io

import pytest

from linli.foundation.audit.models import AccessRecord
from linli.sites.desk.tests.factories import ELSEWHERE, make_case

EXPORT = "/desk/cases/export/"


def table(response):
    text = b"".join(response.streaming_content).decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def test_the_filtered_list_comes_as_a_table_and_is_written_down(client_for):
    make_case(text='楼道堵塞, 有"引号"\n第二行')
    make_case(text="电梯停运")
    make_case(text="别处", area_id=ELSEWHERE)
    response = client_for("community-worker").get(EXPORT, {"view": "all", "q": "楼道"})
    rows = table(response)
    assert len(rows) == 2
    assert len(rows[0]) == len(rows[1])
    assert '楼道堵塞, 有"引号" 第二行' in rows[1]
    record = AccessRecord.objects.get(action="cases.exported")
    assert "q=" in record.data["filters"]


def test_no_phone_and_no_reporter_leaves_with_a_table(client_for):
    make_case(name="张三丰")
    text = str(table(client_for("community-worker").get(EXPORT, {"view": "all"})))
    assert "1990000" not in text
    assert "张三丰" not in text


def test_a_report_that_looks_like_a_formula_is_disarmed(client_for):
    make_case(text='=HYPERLINK("http://example.org")')
    rows = table(client_for("community-worker").get(EXPORT, {"view": "all"}))
    assert any(cell.startswith("'=") for cell in rows[1])


@pytest.mark.parametrize("username", ["grid-worker", "department-staff", "auditor", "admin"])
def test_who_may_not_export_is_told_so(client_for, username):
    assert client_for(username).get(EXPORT).status_code == 403
    assert not AccessRecord.objects.filter(action="cases.exported").exists()


def test_the_list_on_paper_names_filters_and_printer(client_for):
    make_case(text="楼道堵塞")
    response = client_for("community-worker").get("/desk/cases/print/", {"view": "all", "q": "楼道"})
    assert response.status_code == 200
    assert response.context["printed_by"]
    assert [chip.value for chip in response.context["chips"]] == ["楼道"]
    assert "楼道堵塞" in response.content.decode()

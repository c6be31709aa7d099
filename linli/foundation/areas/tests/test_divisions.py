import gzip
from datetime import UTC, date, datetime

import pytest

from linli.foundation.areas import demo
from linli.foundation.areas.actions import BadDivisions, import_divisions
from linli.foundation.areas.models import Area, BoundaryVersion
from linli.foundation.areas.tests.factories import HEADER, divisions

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
PROVINCE = "320000000000,江苏省,province,"
CITY = "320100000000,南京市,city,320000000000"
DISTRICT = "320105000000,建邺区,district,320100000000"
STREET = "320105001000,莫愁湖街道,street,320105000000"
COMMUNITY = "320105001001,凤栖苑社区居委会,community,320105001000"
LIST = (PROVINCE, CITY, DISTRICT, STREET, COMMUNITY)

pytestmark = pytest.mark.django_db


def run(*lines, **more):
    return import_divisions(source=divisions(*lines), now=NOW, **more)


def problems(source):
    with pytest.raises(BadDivisions) as caught:
        import_divisions(source=source, now=NOW)
    return [(problem.line, problem.message) for problem in caught.value.problems]


def test_a_first_import_creates_every_area_from_the_day_of_the_import():
    report = run(*LIST)
    assert report.new == ("32", "3201", "320105", "320105001", "320105001001")
    community = Area.objects.get(id="320105001001")
    assert (community.name, community.level, community.parent_id) == ("凤栖苑社区居委会", "community", "320105001")
    assert community.valid_from == date(2026, 11, 23)


def test_the_day_from_which_new_areas_exist_can_be_given():
    run(*LIST, on=date(2020, 1, 1))
    assert set(Area.objects.values_list("valid_from", flat=True)) == {date(2020, 1, 1)}


def test_a_second_import_writes_nothing(django_assert_num_queries):
    run(*LIST)
    stamp = BoundaryVersion.objects.get().stamp
    with django_assert_num_queries(3):  # savepoint, one read, release
        report = run(*LIST)
    assert (report.new, report.renamed, report.missing, report.unchanged) == ((), (), (), 5)
    assert BoundaryVersion.objects.get().stamp == stamp


def test_the_order_of_lines_and_columns_does_not_matter():
    shuffled = "parent_code,level,code,name\n320000000000,city,320100000000,南京市\n,province,320000000000,江苏省\n"
    assert import_divisions(source=shuffled.encode(), now=NOW).new == ("32", "3201")


def test_a_new_name_is_taken_over_and_reported():
    run(*LIST)
    report = run(*LIST[:4], COMMUNITY.replace("凤栖苑", "凤凰"))
    (change,) = report.renamed
    assert (change.area_id, change.before, change.after) == (
        "320105001001",
        "凤栖苑社区居委会",
        "凤凰社区居委会",
    )
    assert Area.objects.get(id="320105001001").name == "凤凰社区居委会"


def test_missing_areas_are_reported_and_stay():
    run(*LIST)
    report = run(*LIST[:3])
    assert report.missing == ("320105001", "320105001001")
    assert report.missing_tops == ("320105001",)
    assert Area.objects.filter(id="320105001001", valid_to=None).exists()


def test_areas_outside_the_list_are_not_missing():
    run(*LIST)
    assert run("610000000000,陕西省,province,").missing == ()


def test_a_list_may_hang_on_areas_held_already():
    run(*LIST[:4])
    assert run(COMMUNITY).new == ("320105001001",)


@pytest.mark.parametrize("encode", [lambda text: text.encode("utf-8-sig"), lambda text: text.encode("gb18030")])
def test_lists_from_spreadsheets_are_read(encode):
    source = encode("\r\n".join([HEADER, *LIST]))
    assert len(import_divisions(source=source, now=NOW).new) == 5
    assert Area.objects.get(id="3201").name == "南京市"


def test_a_gzipped_file_is_read(tmp_path):
    path = tmp_path / "list.csv.gz"
    path.write_bytes(gzip.compress(divisions(*LIST)))
    assert len(import_divisions(source=path, now=NOW).new) == 5


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("32010500,建邺区,district,320100000000", "32010500"),
        ("32010500000X,建邺区,district,320100000000", "32010500000X"),
        ("３２０１０５００００００,建邺区,district,320100000000", "district"),
        ("320105001000,建邺区,district,320100000000", "320105001000"),
        ("320100000000,建邺区,district,320100000000", "320100000000"),
        ("320105000000,建邺区,county,320100000000", "county"),
        ("320105000000,,district,320100000000", "320105000000"),
        ("320105000000,   ,district,320100000000", "320105000000"),
        ("320105000000,建邺区,district,320200000000", "320200000000"),
        ("320105000000,建邺区,district,", "320105000000"),
        ("320205000000,锡山区,district,320200000000", "320200000000"),
        ("320100000000,南京市,city,320000000000", "3"),
        ("320105000000,建邺区,district", "3"),
        ("320105000000,建邺区,district,320100000000,", "5"),
        ("320105000000," + "长" * 121 + ",district,320100000000", "320105000000"),
        ("320105000000," + "长" * 50_000 + ",district,320100000000", "320105000000"),
        ("320105000000," + "长" * 200_000 + ",district,320100000000", "CSV"),
        ("9" * 50_000 + ",建邺区,district,320100000000", "999…"),
    ],
)
def test_a_wrong_line_is_named_and_nothing_is_written(line, part):
    ((number, message),) = problems(divisions(PROVINCE, CITY, line))
    assert number == 4
    assert part in message or part in ("district", "3")
    assert len(message) < 200
    assert not Area.objects.exists()
    assert not BoundaryVersion.objects.exists()


def test_every_problem_is_listed_with_its_line():
    found = problems(
        divisions(
            PROVINCE,
            "",
            "320100000000,,city,320000000000",
            DISTRICT,
            PROVINCE,
            "610102000000,新城区,district,610100000000",
        )
    )
    # 建邺区 is not blamed for the broken line of its city.
    assert [number for number, _message in found] == [4, 6, 7]


def test_the_refusal_can_be_read_at_once():
    with pytest.raises(BadDivisions) as caught:
        run(*(f"3201{n:02d}000000,,district,320100000000" for n in range(1, 60)))
    lines = str(caught.value).splitlines()
    assert "59" in lines[0]
    assert len(lines) == 21
    assert caught.value.code == "bad_divisions"


@pytest.mark.parametrize(
    "source",
    [
        b"",
        b"\x00\x00",
        b"code;name;level;parent_code\n",
        b"code,name,level\n",
        HEADER.encode(),
        "code,name,level,parent_code\n江苏".encode("utf-16"),
        b"\xff\xfe\xff",
        b"\x1f\x8bnot gzip at all",
        gzip.compress(divisions(*LIST))[:-20],
    ],
)
def test_what_is_no_list_is_refused_as_a_whole(source):
    ((number, _message),) = problems(source)
    assert number in (0, 1)
    assert not Area.objects.exists()


def test_a_file_that_is_not_there_is_a_plain_refusal(tmp_path):
    ((number, message),) = problems(tmp_path / "nothing.csv")
    assert number == 0
    assert "nothing.csv" not in message


def test_strange_names_survive():
    run(PROVINCE, "320100000000,<script>𠮷䶮🏠市,city,320000000000")
    assert Area.objects.get(id="3201").name == "<script>𠮷䶮🏠市"


def test_cities_without_districts_have_streets():
    run("440000000000,广东省,province,", "441900000000,东莞市,city,440000000000")
    report = run("441900003000,东城街道,street,441900000000")
    assert report.new == ("441900003",)
    assert Area.objects.get(id="441900003").parent_id == "4419"


def test_the_shipped_list_holds_four_districts():
    report = import_divisions(source=demo.shipped_divisions(), now=NOW)
    assert len(report.new) == 638
    assert Area.objects.filter(level="district").count() == 4
    assert Area.objects.filter(level="community").count() == 584


def test_a_province_of_twenty_thousand_lines_is_imported_and_recognised(django_assert_max_num_queries):
    lines = [PROVINCE]
    for city in range(1, 11):
        lines.append(f"32{city:02d}00000000,城{city},city,320000000000")
        for district in range(1, 11):
            code = f"32{city:02d}{district:02d}"
            lines.append(f"{code}000000,区{district},district,32{city:02d}00000000")
            for street in range(1, 11):
                lines.append(f"{code}{street:03d}000,街{street},street,{code}000000")
                lines += [
                    f"{code}{street:03d}{community:03d},社{community},community,{code}{street:03d}000"
                    for community in range(1, 20)
                ]
    with django_assert_max_num_queries(200):
        report = run(*lines)
    assert len(report.new) == len(lines) == 20_111
    again = run(*lines[:-1])
    assert (len(again.missing), again.unchanged) == (1, 20_110)

"""The page of a case: what residents read, and the moves of the one who reported it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import OperationalError

from linli.apps.incidents import actions as incidents
from linli.sites.portal.tests.factories import Walk, case_of, fetched, handled, jpeg, open_by_code, photo, seq_in
from linli.spine.cases.models import Attachment, Case

pytestmark = pytest.mark.usefixtures("district")


def answered(client, place, **more):
    seq = seq_in(client.get(place))
    return client.post(f"{place}answer/", {"solved": "yes", "satisfaction": "3", "words": "", "seq": seq, **more})


@pytest.fixture
def receipt(clock):
    return case_of(text="楼道堆放杂物，老人过不去", place="三号楼")


@pytest.fixture
def place(visitor, receipt) -> str:
    return open_by_code(visitor, receipt)


def test_the_reporter_reads_state_who_and_by_when(visitor, place, receipt):
    page = visitor.get(place)
    assert page.context["told"]
    assert "凤栖苑" in page.context["who"]
    assert page.context["promise"]["at"] == receipt.case.term_due
    assert [step["state"] for step in page.context["steps"]] == ["current", "todo", "todo", "todo", "todo"]
    assert "楼道堆放杂物，老人过不去" in page.content.decode()
    assert receipt.case.number in page.content.decode().partition("</title>")[0]
    assert "no-store" in page["Cache-Control"]


def test_residents_never_read_internal_notes_nor_names_of_staff(visitor, place, receipt, actor_of, clock):
    walk = Walk(receipt.case, clock.now)
    worker = actor_of("community-worker")
    walk.step("accept", worker, public_note="我们明天上午到现场")
    walk.step("note", worker, note="内部：此人经常投诉")
    walk.step("dispatch", worker, note="内部：请城管处理")
    clock.now = walk.now
    text = visitor.get(place).content.decode()
    assert "我们明天上午到现场" in text
    assert "内部" not in text
    assert worker.name not in text
    assert "建邺区城市管理局" in text


def test_photos_before_and_after_show_only_once_checked(visitor, place, receipt, actor_of, clock):
    walk = Walk(receipt.case, clock.now)
    worker, department = actor_of("community-worker"), actor_of("department-staff")
    first, second, note = photo(colour="red"), photo(colour="green"), photo(colour="blue")
    walk.step("accept", worker)
    walk.step("dispatch", worker)
    walk.step("sign", department)
    walk.step("note", department, photos=(note,))
    walk.step("finish", department, photos=(first,))
    clock.now = walk.now
    assert visitor.get(place).context["after"] == []
    assert visitor.get(f"{place}photo/{first.pk}/").status_code == 404
    walk.step("send_back", worker)
    walk.step("finish", department, photos=(second,))
    walk.step("verify", worker)
    clock.now = walk.now
    page = visitor.get(place)
    assert len(page.context["after"]) == 1
    assert fetched(visitor.get(page.context["after"][0]["thumb_url"]))
    for hidden in (first, note):
        assert visitor.get(f"{place}photo/{hidden.pk}/").status_code == 404
    assert visitor.get(f"{place}photo/{uuid4()}/").status_code == 404


def test_a_photo_of_a_case_is_for_its_people_only(visitor, clock, resident_client, actor_of):
    receipt = case_of(photos=(photo(),))
    place = open_by_code(visitor, receipt)
    url = visitor.get(place).context["before"][0]["url"]
    assert fetched(visitor.get(url))
    assert resident_client("19900009999").get(url).status_code == 404
    mine = resident_client("19900001234")
    mine.post("/report/", {"text": "电梯坏了", "area": receipt.case.area_id, "seen_nearby": "1"})
    assert fetched(mine.get(url.replace("/follow/", "/my/")))


def test_solved_with_three_faces_and_words_is_one_form(visitor, place, receipt, actor_of, clock):
    clock.now = handled(receipt, actor_of).now
    page = visitor.get(place)
    assert page.context["who"] == "You"
    done = answered(visitor, place, words="谢谢")
    assert done.status_code == 302
    case = Case.objects.get()
    assert (case.state, case.satisfaction, case.solved) == ("solved", 3, True)
    after = visitor.get(place)
    assert after.context["answer"] is None
    assert after.context["promise"]["words"] == ""
    assert [step["state"] for step in after.context["steps"]][-1] == "current"


def test_not_solved_reopens_twice_and_then_goes_to_the_street(visitor, place, receipt, actor_of, clock):
    walk = handled(receipt, actor_of)
    for state in ("accepted", "accepted", "disputed"):
        clock.now = walk.now
        open_by_code(visitor, receipt)
        assert answered(visitor, place, solved="no", satisfaction="1", words="还是堵着").status_code == 302
        case = Case.objects.get()
        assert case.state == state
        if state == "accepted":
            walk = Walk(case, clock.now)
            worker, department = actor_of("community-worker"), actor_of("department-staff")
            walk.step("dispatch", worker)
            walk.step("sign", department)
            walk.step("finish", department)
            walk.step("verify", worker)
    assert "street" in visitor.get(place).context["who"]


def test_a_reopened_case_goes_back_in_its_steps(visitor, place, receipt, actor_of, clock):
    clock.now = handled(receipt, actor_of).now
    answered(visitor, place, solved="no", satisfaction="1", words="还是堵着")
    steps = visitor.get(place).context["steps"]
    assert [step["state"] for step in steps] == ["done", "current", "todo", "todo", "todo"]
    assert steps[3]["at"] is None


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"solved": ""}, "solved"),
        ({"satisfaction": ""}, "satisfaction"),
        ({"satisfaction": "9"}, "satisfaction"),
        ({"solved": "no", "words": "  "}, "words"),
        ({"words": "字" * 50_000}, "words"),
    ],
)
def test_an_answer_with_something_missing_comes_back_whole(visitor, place, receipt, actor_of, clock, given, wrong):
    clock.now = handled(receipt, actor_of).now
    page = answered(visitor, place, **{"words": "说几句", **given})
    assert page.status_code == 422
    assert wrong in page.context["answer"].errors
    assert page.context["answer"]["words"].value() == given.get("words", "说几句")
    assert Case.objects.get().state == "handled"


def test_adding_words_and_photos(visitor, place, receipt):
    seq = seq_in(visitor.get(place))
    done = visitor.post(f"{place}add/", {"words": "今天更多了 😀𠮷 <script>x</script>", "photos": [jpeg()], "seq": seq})
    assert done.status_code == 302
    page = visitor.get(place)
    assert len(page.context["before"]) == 1
    assert "&lt;script&gt;x" in page.content.decode()


def test_photos_added_without_words_are_kept_for_the_next_try(visitor, place, receipt):
    seq = seq_in(visitor.get(place))
    page = visitor.post(f"{place}add/", {"words": "", "photos": [jpeg()], "seq": seq})
    assert page.status_code == 422
    mark = page.context["tray"].mark
    assert visitor.post(f"{place}add/", {"words": "补充", "kept_photos": mark, "seq": seq}).status_code == 302
    assert Attachment.objects.count() == 1


def test_a_full_disk_keeps_the_added_words(visitor, place, full_disk):
    seq = seq_in(visitor.get(place))
    page = visitor.post(f"{place}add/", {"words": "补充", "photos": [jpeg()], "seq": seq})
    assert page.status_code == 507
    assert page.context["add"]["words"].value() == "补充"


def test_reminding_is_possible_once_a_day_and_says_so(visitor, place, clock):
    seq = seq_in(visitor.get(place))
    assert visitor.post(f"{place}remind/", {"seq": seq}).status_code == 302
    page = visitor.get(place)
    assert page.context["remind"].why_not
    assert page.context["remind"].why_not in page.content.decode()
    again = visitor.post(f"{place}remind/", {"seq": seq_in(page)})
    assert again.status_code == 409
    clock.now = clock.now + timedelta(hours=25)
    place = open_by_code(visitor, incidents.Receipt(Case.objects.get(), incidents.code_of(Case.objects.get().number)))
    assert visitor.post(f"{place}remind/", {"seq": seq_in(visitor.get(place))}).status_code == 302


def test_withdrawing_asks_first(visitor, place):
    page = visitor.get(f"{place}withdraw/")
    assert page.status_code == 200
    assert Case.objects.get().state == "reported"
    too_long = visitor.post(f"{place}withdraw/", {"words": "字" * 50_000, "seq": seq_in(page)})
    assert too_long.status_code == 422
    assert visitor.post(f"{place}withdraw/", {"words": "自己解决了", "seq": seq_in(page)}).status_code == 302
    page = visitor.get(place)
    assert Case.objects.get().state == "withdrawn"
    assert [step["state"] for step in page.context["steps"]] == ["done", "current"]
    assert page.context["add"] is None


def test_a_page_that_is_out_of_date_shows_the_news_and_keeps_the_words(visitor, place, receipt, actor_of, clock):
    seq = seq_in(visitor.get(place))
    Walk(receipt.case, clock.now).step("accept", actor_of("community-worker"))
    page = visitor.post(f"{place}add/", {"words": "补充的话", "seq": seq})
    assert page.status_code == 409
    assert page.context["alert"]
    assert page.context["case"].state == "accepted"
    assert page.context["add"]["words"].value() == "补充的话"
    assert seq_in(page) != seq
    for bent in ("", "-1", "x", "9" * 50):
        assert visitor.post(f"{place}add/", {"words": "补充的话", "seq": bent}).status_code == 409


def test_an_answer_that_comes_too_late_is_shown_not_lost(visitor, place, receipt, actor_of, clock):
    clock.now = handled(receipt, actor_of).now
    seq = seq_in(visitor.get(place))
    answered(visitor, place)
    page = visitor.post(f"{place}answer/", {"solved": "no", "satisfaction": "1", "words": "等一下", "seq": seq})
    assert page.status_code == 409
    assert page.context["unsent"] == "等一下"
    assert "等一下" in page.content.decode()


def test_a_locked_database_answers_503_with_the_words_kept(visitor, place, monkeypatch):
    seq = seq_in(visitor.get(place))

    def locked(**_given):
        raise OperationalError("database is locked")

    monkeypatch.setattr(incidents, "act", locked)
    page = visitor.post(f"{place}add/", {"words": "补充", "seq": seq})
    assert page.status_code == 503
    assert page["Retry-After"]
    assert page.context["add"]["words"].value() == "补充"


def test_only_moves_of_residents_exist_here(visitor, place, resident):
    for move in ("accept", "dispatch", "note", "join", "nonsense"):
        assert visitor.post(f"{place}{move}/", {"seq": "1"}).status_code == 404
    assert visitor.get(f"{place}remind/").status_code == 302
    assert visitor.get(f"{place}answer/").status_code == 302


def test_a_worker_who_types_a_code_gets_the_residents_page_only(staff, receipt):
    place = open_by_code(staff, receipt)
    page = staff.get(place)
    text = page.content.decode()
    assert page.status_code == 200
    assert "Dispatch" not in text
    assert "Internal" not in text


def test_my_case_is_mine(resident, stranger, staff, visitor, clock, django_assert_max_num_queries):
    resident.post("/report/", {"text": "电梯坏了", "area": "320105001001"})
    number = Case.objects.get().number
    with django_assert_max_num_queries(7):
        page = resident.get(f"/my/{number}/")
    assert page.status_code == 200
    assert stranger.get(f"/my/{number}/").status_code == 404
    assert staff.get(f"/my/{number}/").status_code == 403
    assert visitor.get(f"/my/{number}/").status_code == 302
    seq = seq_in(page)
    assert stranger.post(f"/my/{number}/add/", {"words": "x", "seq": seq}).status_code == 404
    assert resident.post(f"/my/{number}/add/", {"words": "补充", "seq": seq}).status_code == 302
    assert resident.post(f"/my/{number}/remind/", {"seq": "2"}).status_code == 302
    assert resident.get(f"/my/{number}/withdraw/").status_code == 200


def test_a_late_case_says_so(visitor, place, receipt, clock):
    clock.now = receipt.case.term_due + timedelta(minutes=1)
    again = open_by_code(visitor, receipt)
    assert visitor.get(again).context["promise"]["kind"] == "late"


def test_a_paused_and_a_refused_case_say_why(visitor, place, receipt, actor_of, clock):
    walk = Walk(receipt.case, clock.now)
    worker = actor_of("community-worker")
    walk.step("accept", worker)
    walk.step("handle_here", worker)
    walk.step("pause", worker)
    clock.now = walk.now
    page = visitor.get(place)
    assert page.context["promise"]["kind"] == "paused"
    assert "Weather" in page.content.decode()
    other = case_of(phone="19900008888", matter="policy.question")
    walk = Walk(other.case, clock.now)
    walk.step("refuse", worker)
    clock.now = walk.now
    page = visitor.get(open_by_code(visitor, other))
    assert "不属于社区职责" in page.content.decode()
    assert page.context["steps"][-1]["at"] == Case.objects.get(pk=other.case.pk).closed_at

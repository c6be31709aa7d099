"""What items rest on ends: who keeps the list is told in time, once, and from the day on they carry nothing."""

from datetime import timedelta

import pytest
from django.utils import timezone

from linli.apps.admission import tasks as clockwork
from linli.apps.admission.tests.factories import agreed, handed, item, of_unit, task_in
from linli.foundation.accounts.actors import actor_for
from linli.foundation.accounts.models import Post
from linli.foundation.accounts.roles import Permission
from linli.foundation.notifications.models import Message
from linli.lib.errors import Invalid, NotAllowed, Stale
from linli.spine.catalogue import resting
from linli.spine.catalogue.actions import documents, lists
from linli.spine.catalogue.models import Basis, ListStep

pytestmark = pytest.mark.django_db
ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}
DAY = timedelta(days=1)
LISTS = "/admission/lists/?view=todo"


@pytest.fixture
def living(district):
    """The one basis of public health that holds."""
    return Basis.objects.select_related("matter__matter_list").get(matter=item(), title="突发公共卫生事件应急条例")


def told() -> list[Message]:
    return list(Message.objects.filter(subject_kind="list").order_by("pk"))


def test_who_keeps_the_list_is_told_sixty_days_before_and_once(living, civil, now):
    today = timezone.localdate(now)
    living.valid_to = today + 61 * DAY
    living.save()
    assert clockwork.bases_end(now) == "told of 0"
    assert clockwork.bases_end(now + DAY) == "told of 1"
    posts = Post.objects.active(today).select_related("user")
    actors = [actor_for(post.user, post) for post in posts]
    keepers = {one.user_id for one in actors if one.can(Permission.CATALOGUE_MANAGE) and one.covers("320105")}
    assert {one.to_user_id for one in told()} == keepers
    assert civil.user_id in keepers
    assert "《突发公共卫生事件应急条例》" in told()[0].text
    assert f"{living.valid_to:%Y-%m-%d}" in told()[0].text
    before = len(told())
    for days in (1, 2, 30, 61):
        clockwork.bases_end(now + days * DAY)
    assert len(told()) == before, "once for each basis"
    living.valid_to += DAY
    living.save()
    clockwork.bases_end(now + 3 * DAY)
    assert len(told()) == 2 * before, "another day is other news"
    assert clockwork.bases_end(now + 90 * DAY) == "told of 0"


def test_nobody_is_told_where_another_basis_keeps_the_item(living, now):
    today = timezone.localdate(now)
    living.valid_to = today + 10 * DAY
    living.save()
    low = item().bases.create(form="document", issuer="department", level="district", title="区局通知")
    assert clockwork.bases_end(now) == "told of 1", "too low to keep it"
    Basis.objects.filter(pk=low.pk).update(level="city")
    assert clockwork.bases_end(now) == "told of 0"
    Basis.objects.filter(pk=low.pk).update(suspended_since=today + 5 * DAY)
    (ending,) = resting.endings([living.matter.matter_list], today, today + 60 * DAY)
    assert (ending.last_day, [one.pk for one in ending.items]) == (living.valid_to, [item().pk])


def test_it_is_on_the_desk_of_who_keeps_the_list_and_of_nobody_else(living, client_for):
    today = timezone.localdate()
    living.valid_to = today + 10 * DAY
    living.save()
    page = client_for("civil-affairs", **ENGLISH).get(LISTS).content.decode()
    assert f"《突发公共卫生事件应急条例》 holds until {living.valid_to:%Y-%m-%d}" in page
    assert "协助做好公共卫生工作" in page
    for other in ("community-worker", "organisation"):
        assert "holds until" not in client_for(other, **ENGLISH).get(LISTS).content.decode()
    living.valid_to = None
    living.save()
    assert "Nothing ends soon" in client_for("civil-affairs", **ENGLISH).get(LISTS).content.decode()


def test_a_document_that_ends_ends_for_every_item_that_rests_on_it(actor_of, civil, now, district):
    today = timezone.localdate(now)
    row = Basis.objects.select_related("matter__matter_list").filter(
        title="上海市居民委员会工作条例", matter__matter_list__kind="assist"
    )[0]
    held = row.matter.matter_list
    same = Basis.objects.filter(title=row.title, matter__matter_list=held)
    count = documents.mark(by=civil, basis=row, step="basis_over", on=today, now=now, note="人大常委会公告")
    assert count == same.count() > 10
    assert set(same.values_list("valid_to", flat=True)) == {today}
    assert Basis.objects.filter(title=row.title, valid_to=None).exists(), "another list is another keeper's"
    step = ListStep.objects.get(matter_list=held, step="basis_over")
    assert f"{today:%Y-%m-%d}：人大常委会公告" in step.note
    documents.mark(by=civil, basis=row, step="basis_held", on=today, now=now, note="暂停施行的决定")
    assert set(same.values_list("suspended_since", flat=True)) == {today}
    documents.mark(by=civil, basis=row, step="basis_back", on=None, now=now, note="恢复施行的决定")
    assert set(same.values_list("suspended_since", flat=True)) == {None}


def test_a_suspension_goes_on_into_the_next_version(civil, living, now):
    today = timezone.localdate(now)
    documents.mark(by=civil, basis=living, step="basis_held", on=today, now=now, note="暂停施行的决定")
    new = lists.next_version(by=civil, matter_list=living.matter.matter_list, valid_from=today + DAY, now=now)
    copied = Basis.objects.get(matter__matter_list=new, title=living.title)
    assert copied.suspended_since == today
    with pytest.raises(Stale):
        documents.mark(by=civil, basis=copied, step="basis_back", on=None, now=now, note="恢复施行的决定")


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"step": "admitted"}, {"step"}),
        ({"note": " 无 "}, {"note"}),
        ({"on": None}, {"on"}),
        ({"on": timezone.localdate() + timedelta(days=9999)}, {"on"}),
        ({"step": "", "note": "", "on": None}, {"step", "note", "on"}),
    ],
)
def test_what_cannot_be_is_refused_all_at_once(civil, living, now, changes, fields):
    given = {"step": "basis_over", "on": timezone.localdate(now), "note": "人大常委会公告"}
    with pytest.raises(Invalid) as refused:
        documents.mark(by=civil, basis=living, now=now, **(given | changes))
    assert set(refused.value.fields) == fields


def test_only_who_keeps_the_list_marks_its_documents(actor_of, living, now):
    given = {"step": "basis_over", "on": timezone.localdate(now), "note": "人大常委会公告", "now": now}
    for username in ("organisation", "legal-review", "department-staff", "community-secretary"):
        with pytest.raises(NotAllowed):
            documents.mark(by=actor_of(username), basis=living, **given)


def test_on_the_page_of_the_item(client_for, living):
    client = client_for("civil-affairs", **ENGLISH)
    home = f"/admission/lists/{living.matter.matter_list_id}/items/{living.matter_id}/"
    assert "It has ended, or is suspended" in client.get(home).content.decode()
    given = {"step": "basis_held", "on": f"{timezone.localdate():%Y-%m-%d}", "note": "暂停施行的决定"}
    answer = client.post(f"{home}bases/{living.pk}/", given, follow=True).content.decode()
    assert "Noted; 1 item rests on it." in answer
    assert "What this item rests on is over or suspended" in answer
    empty = client.post(f"{home}bases/{living.pk}/", {}, follow=True).content.decode()
    assert "This field is required" in empty
    assert client.post(f"{home}bases/999999/", given).status_code == 404
    assert "It has ended" not in client_for("community-worker", **ENGLISH).get(home).content.decode()


def test_what_is_marked_stops_what_is_handed_down(actor_of, secretary, civil, living, now):
    health = of_unit(actor_of("department-staff"), "dept-health")
    agreed(health, secretary, item(), now)
    today = timezone.localdate(now)
    documents.mark(by=civil, basis=living, step="basis_over", on=today, now=now, note="人大常委会公告")
    assert not task_in(handed(health, now, matter=item())).off_list, "it holds until the end of the day"
    off = task_in(handed(health, now + DAY, matter=item()))
    assert {one["rule"] for one in off.why_off} == {"basis_over"}

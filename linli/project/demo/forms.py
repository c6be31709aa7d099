"""Forms of the demo: one every month under a standing release, given once and open again, and one that waits.

Made through the real actions; the forms ask only for what is held, so that nobody types anything.
"""

import io
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from linli.apps.admission.actions import tasks
from linli.apps.admission.actions.tasks import HandingGiven
from linli.apps.admission.models import Handing
from linli.foundation.accounts.actors import Actor, actor_for
from linli.foundation.accounts.models import Post
from linli.foundation.accounts.roles import COMMUNITY_SECRETARY, DEPARTMENT_STAFF
from linli.foundation.files.documents import store_document
from linli.foundation.files.models import StoredFile
from linli.insight.forms import purposes, queries, table, ways
from linli.insight.forms.actions import releasing, series, standing
from linli.insight.forms.actions.releasing import Given
from linli.insight.forms.models import AskedForm, CommunityForm, Submission
from linli.spine.catalogue.models import Matter

SENDER: Final = "dept-health"
ITEM: Final = "协助做好公共卫生工作"
MONTHLY: Final = "老年人健康管理月报表"
WAITING: Final = "八十岁以上老年人健康随访名册"
COLUMNS: Final = ("序号", "姓名", "性别", "年龄", "身份证号码", "家庭住址", "联系电话", "婚姻状况")
#: Days before today on which the first period of the monthly form was due: the next is due in some days.
FIRST_DUE: Final = 24


def fill_forms(*, home: str, now: datetime) -> None:
    """A month of forms between a department and the community `home`. Safe to repeat."""
    if Handing.objects.filter(key__in=(f"demo-{MONTHLY}", f"demo-{WAITING}")).exists():
        return
    posts = Post.objects.active(timezone.localdate(now)).select_related("user", "unit").order_by("pk")
    sender = posts.filter(role=DEPARTMENT_STAFF.code, unit__code=SENDER).first()
    secretary = posts.filter(role=COMMUNITY_SECRETARY.code, area_id=home).first()
    if sender is None or secretary is None:
        return
    by, community = actor_for(sender.user, sender), actor_for(secretary.user, secretary)
    _monthly(by, community, home, now)
    _hand(by, home, WAITING, "80", timezone.localdate(now) + timedelta(days=6), now - timedelta(days=2))


def _monthly(by: Actor, community: Actor, home: str, now: datetime) -> None:
    first = timezone.localdate(now) - timedelta(days=FIRST_DUE)
    before = now - timedelta(days=FIRST_DUE + 6)
    handing = _hand(by, home, MONTHLY, "60", first, before)
    asked = AskedForm.objects.select_related("handing", "template").get(handing=handing)
    ends_on = timezone.localdate(now) + timedelta(days=300)
    series.repeat(by=by, asked=asked, every="month", ends_on=ends_on, now=before)
    form = queries.form(community, CommunityForm.objects.get(asked=asked, area_id=home).pk)
    assert form is not None
    template = table.template_of(form.asked)
    assert template is not None
    given = Given(
        purpose=purposes.purposes(purposes.matter_of(form))[0],
        columns={ways.id_of(column): ways.cautious(column) for column in template.form.columns},
    )
    then = before + timedelta(days=1)
    until = timezone.localdate(now) + timedelta(days=180)
    held = standing.give(by=community, form=form, template=template, given=given, until=until, now=then)
    row = Submission.objects.get(form=form)
    releasing.release_under(by=community, submission_id=row.pk, standing_id=held.pk, now=then)
    series.open_due(asked=AskedForm.objects.select_related("handing", "template").get(handing=handing), now=now)


def _hand(by: Actor, home: str, title: str, age: str, due_on: date, at: datetime) -> Handing:
    matter = Matter.objects.select_related("matter_list").get(
        name=ITEM, matter_list__area_id=home[:6], matter_list__is_example=True
    )
    given = HandingGiven(
        title=title,
        text="请核对后提供，系统已有的栏目不必再填。",
        form="form",
        area_ids=[home],
        due_on=due_on,
        asked_minutes=90,
        key=f"demo-{title}",
        matter=matter,
        files=[_empty_form(title, COLUMNS, by, at)],
        roster={"age_from": age},
    )
    return tasks.hand_down(by=by, given=given, now=at).handing


def _empty_form(title: str, names: Sequence[str], by: Actor, at: datetime) -> StoredFile:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.cell(1, 1, title)
    page.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(names))
    for column, name in enumerate(names, start=1):
        page.cell(2, column, name)
    out = io.BytesIO()
    book.save(out)
    return store_document(upload=SimpleUploadedFile(f"{title}.xlsx", out.getvalue()), by=by, now=at)

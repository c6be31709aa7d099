"""Forms as departments send them."""

import io

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from linli.apps.admission.tests.factories import HOME
from linli.foundation.accounts.actors import Actor
from linli.foundation.files.documents import store_document
from linli.foundation.files.models import StoredFile
from linli.insight.forms import leaving, purposes, table, ways
from linli.insight.forms.actions import releasing
from linli.insight.forms.actions.releasing import Given
from linli.insight.forms.models import Submission
from linli.insight.forms.ways import Told, Way

ALL_HELD = ("序号", "姓名", "性别", "年龄", "身份证号码", "家庭住址", "联系电话")
PARTLY = (*ALL_HELD, "是否需要上门", "最想参加的活动")


def form_bytes(names=PARTLY, title: str = "老年人基本情况统计表") -> bytes:
    """An empty form: a merged title, a header, three empty rows, a signature."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = "统计表"
    page["A1"] = title
    page.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(names))
    for column, name in enumerate(names, start=1):
        page.cell(2, column, name)
    page["A6"] = "填表人："
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def stored_form(by, now, names=PARTLY) -> StoredFile:
    """The form, uploaded."""
    upload = SimpleUploadedFile("老年人情况统计表.xlsx", form_bytes(names))
    return store_document(upload=upload, by=by, now=now)


def submission_in(done, area_id: str = HOME) -> Submission:
    """The submission of a form in one community."""
    return Submission.objects.select_related("form__asked__handing").get(
        form__asked__handing=done.handing, form__area_id=area_id
    )


def given_by(actor: Actor, submission: Submission, now, *, as_counts: bool = False, **wanted: str) -> Given:
    """A choice as the page sends it: what is offered first, but for the columns named by key."""
    template = table.template_of(submission.form.asked)
    columns = {ways.id_of(one): Way(wanted.get(one.key, ways.cautious(one))) for one in template.form.columns}
    chosen = {key: Told(key, key, way) for key, way in columns.items()}
    drawn = leaving.draw(table.of(submission, template, actor=actor, today=timezone.localdate(now)), submission, chosen)
    purpose = purposes.purposes(purposes.matter_of(submission.form))[0]
    return Given(purpose=purpose, columns=columns, as_counts=as_counts, digest=drawn.digest)


def released(actor: Actor, submission: Submission, now, **wanted) -> Submission:
    """A form that a person let go."""
    given = given_by(actor, submission, now, **wanted)
    return releasing.release(by=actor, submission_id=submission.pk, given=given, now=now)

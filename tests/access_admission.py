"""The addresses of tasks, applications and agreements, for the walk: whom each is for, and rows to fill them with."""

from datetime import datetime, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from linli.apps.admission.actions import agreements, objections
from linli.apps.admission.tests.factories import (
    CITY_FILE,
    agreed,
    guarantee_of,
    handed,
    item,
    paid,
    submitted,
    task_in,
)
from linli.apps.certificates import actions as certificates
from linli.apps.certificates.tests.factories import item as certificate_item
from linli.apps.certificates.tests.factories import sealed as sealed_certificate
from linli.foundation.accounts.actors import actor_for
from linli.foundation.accounts.models import Post
from linli.foundation.files.documents import store_document
from linli.foundation.files.tests.test_documents import PDF
from linli.insight.forms.models import Difference, ReturnedForm
from linli.insight.forms.tests.factories import ALL_HELD, released, stored_form, submission_in
from linli.spine.catalogue.models import Matter

#: Of one that was given; the other pages are about one that waits.
GIVEN = "forms/submissions/<int:submission_id>/given.xlsx"
#: For a GET and for an empty POST.
EXPECTED = {
    "admission/tasks/": ("community-worker", 200, 405),
    "admission/tasks/new/": ("department-staff", 200, 422),
    "admission/tasks/together/<int:handing_id>/": ("community-worker", 200, 405),
    "admission/tasks/<slug:task_number>/": ("community-worker", 200, 405),
    "admission/tasks/<slug:task_number>/moves/<slug:move_name>/": ("community-worker", 200, 422),
    "admission/tasks/<slug:task_number>/files/<uuid:document_id>/": ("community-worker", 200, 405),
    "admission/applications/": ("community-worker", 200, 405),
    "admission/applications/new/": ("department-staff", 200, 422),
    "admission/applications/needs/": ("department-staff", 405, 200),
    "admission/applications/<int:application_id>/": ("community-worker", 200, 405),
    # Sent in already, so back to its page.
    "admission/applications/<int:application_id>/edit/": ("department-staff", 302, 302),
    "admission/applications/<int:application_id>/send/": ("department-staff", 405, 409),
    "admission/applications/<int:application_id>/answer/": ("community-worker", 405, 422),
    "admission/applications/<int:application_id>/moves/<slug:move_name>/": ("department-staff", 200, 422),
    "admission/applications/<int:application_id>/files/<uuid:document_id>/": ("community-worker", 200, 405),
    "admission/agreements/": ("community-worker", 200, 405),
    "admission/agreements/new/": ("department-staff", 200, 422),
    "admission/agreements/<int:agreement_id>/": ("community-worker", 200, 405),
    "admission/agreements/<int:agreement_id>/move/": ("community-worker", 405, 422),
    "admission/agreements/<int:agreement_id>/copy/": ("community-worker", 405, 302),
    "admission/agreements/<int:agreement_id>/files/<uuid:document_id>/": ("community-worker", 200, 405),
    "admission/agreements/<int:agreement_id>/paper.<slug:form>": ("community-worker", 200, 405),
    "admission/agreements/<int:agreement_id>/evaluate/": ("community-worker", 200, 422),
    "admission/agreements/results/": ("community-worker", 200, 405),
    # Signed already, so nothing changes any more.
    "admission/agreements/<int:agreement_id>/clauses/new/": ("department-staff", 302, 302),
    "admission/agreements/<int:agreement_id>/clauses/<int:clause_id>/": ("department-staff", 302, 302),
    "admission/agreements/<int:agreement_id>/arrived/<int:guarantee_id>/": ("community-worker", 200, 422),
    "admission/agreements/<int:agreement_id>/arrivals/<int:arrival_id>/withdraw/": ("community-worker", 405, 302),
    "admission/rules/<slug:which>/": ("civil-affairs", 200, 422),
    "admission/standing/": ("civil-affairs", 200, 422),
    "admission/standing/act/": ("civil-affairs", 405, 302),
    "certificates/": ("community-worker", 200, 405),
    # An item that is on no list: back to the search, with a word about it.
    "certificates/refuse/": ("community-worker", 405, 302),
    "certificates/refused/": ("community-worker", 200, 405),
    "certificates/refused/<int:refusal_id>/": ("community-worker", 200, 405),
    "certificates/new/<int:kept_id>/": ("community-worker", 200, 422),
    "certificates/asked/": ("community-worker", 200, 405),
    "certificates/sealed/": ("community-worker", 200, 405),
    "certificates/sealed/workbook/": ("community-worker", 200, 405),
    "certificates/asked/<slug:certificate_number>/": ("community-worker", 200, 405),
    "certificates/asked/<slug:certificate_number>/seal/": ("community-worker", 405, 302),
    # Sealed already, so back to its page.
    "certificates/asked/<slug:certificate_number>/correct/": ("community-worker", 302, 422),
    "certificates/asked/<slug:certificate_number>/paper/": ("community-worker", 200, 405),
    "certificates/asked/<slug:certificate_number>/moves/<slug:move_name>/": ("community-worker", 200, 422),
    "burden/": ("community-worker", 200, 405),
    "burden/workbook/": ("community-worker", 200, 405),
    "forms/": ("community-worker", 200, 405),
    "forms/print/": ("community-worker", 200, 405),
    "forms/workbook/": ("community-worker", 200, 405),
    # What is not whole is told on the page that it leads back to, or refused in words.
    "forms/communities/<int:community_form_id>/": ("community-worker", 200, 422),
    "forms/communities/<int:community_form_id>/take-back/": ("community-worker", 405, 302),
    "forms/communities/<int:community_form_id>/accept/": ("community-worker", 405, 302),
    "forms/submissions/<int:submission_id>/": ("community-worker", 200, 422),
    "forms/submissions/<int:submission_id>/standing/": ("community-worker", 405, 302),
    "forms/submissions/<int:submission_id>/refuse/": ("community-worker", 405, 302),
    "forms/submissions/<int:submission_id>/filled.xlsx": ("community-worker", 200, 405),
    "forms/submissions/<int:submission_id>/return/": ("community-worker", 200, 422),
    GIVEN: ("department-staff", 200, 405),
    "forms/returned/<int:returned_id>/": ("community-worker", 200, 302),
    "forms/differences/<int:difference_id>/settle/": ("community-worker", 405, 302),
    "forms/<slug:form_task_number>/": ("community-worker", 200, 405),
    "forms/<slug:form_task_number>/filled.xlsx": ("community-worker", 200, 405),
    "forms/together/<int:form_handing_id>/": ("department-staff", 200, 405),
    "forms/together/<int:form_handing_id>/repeat/": ("department-staff", 405, 302),
    "forms/together/<int:form_handing_id>/change/": ("department-staff", 405, 302),
    "admission/lists/<int:list_id>/items/<int:item_id>/object/": ("community-worker", 405, 302),
    "admission/objections/<int:objection_id>/answer/": ("civil-affairs", 405, 302),
}
#: A list in force is for every community of its area, so every one may say what should change.
FOR_ALL = {"admission/lists/<int:list_id>/items/<int:item_id>/object/", "certificates/new/<int:kept_id>/"}
VALUES_OF = {
    "admission/applications/<int:application_id>/moves/<slug:move_name>/": {"move_name": "withdraw"},
    "admission/rules/<slug:which>/": {"which": "basis"},
    "certificates/asked/<slug:certificate_number>/moves/<slug:move_name>/": {"move_name": "void"},
    GIVEN: {},
}


def _actor(username: str):
    post = Post.objects.select_related("user").filter(user__username=username).order_by("pk")[0]
    return actor_for(post.user, post)


def admission_values(now: datetime) -> dict[str, str]:
    """One task, one application and one agreement between the demo department and the home community."""
    department, secretary = _actor("department-staff"), _actor("community-secretary")
    file = store_document(upload=SimpleUploadedFile("文件.pdf", PDF), by=department, now=now)
    form = stored_form(department, now)
    task = task_in(handed(department, now, files=[file, form], form="form"))
    done = handed(department, now, files=[form], form="form")
    # Its own item, so that what is held is handed out to it.
    Matter.objects.filter(pk=item().pk).update(lead_unit_id=department.unit_id)
    application = submitted(
        department, now, bases=[{**CITY_FILE, "file": file}], starts_on=timezone.localdate(now) + timedelta(days=90)
    )
    agreement = agreed(department, secretary, item(), now)
    agreements.add_copy(by=secretary, agreement_id=agreement.pk, file=file)
    guarantee = guarantee_of(agreement)
    paid(secretary, guarantee, timezone.localdate(now), now, 100)
    waiting, given = (
        submission_in(
            handed(department, now, matter=item(), form="form", files=[stored_form(department, now, ALL_HELD)])
        )
        for _turn in range(2)
    )
    given = released(secretary, given, now)
    VALUES_OF[GIVEN]["submission_id"] = str(given.pk)
    returned = ReturnedForm.objects.create(
        submission=waiting, file=form, at=now, by_id=secretary.user_id, post_id=secretary.post_id
    )
    difference = Difference.objects.create(returned=returned, kind=Difference.Kind.CHANGED)
    objection = objections.object_to(by=secretary, matter=item(), text="台账太多", now=now)
    refusal = certificates.refuse(by=_actor("community-worker"), code="death", now=now)
    certificate = sealed_certificate(_actor("community-worker"), secretary, now)
    return {
        "refusal_id": str(refusal.pk),
        "certificate_number": certificate.case.number,
        "kept_id": str(certificate_item().pk),
        "task_number": task.case.number,
        "move_name": "note",
        "form": "docx",
        "handing_id": str(task.handing_id),
        "form_task_number": task.case.number,
        "form_handing_id": str(done.handing.pk),
        "submission_id": str(waiting.pk),
        "community_form_id": str(waiting.form_id),
        "returned_id": str(returned.pk),
        "difference_id": str(difference.pk),
        "document_id": str(file.pk),
        "application_id": str(application.pk),
        "agreement_id": str(agreement.pk),
        "clause_id": str(guarantee.clause_id),
        "guarantee_id": str(guarantee.pk),
        "arrival_id": str(guarantee.arrivals.get().pk),
        "objection_id": str(objection.pk),
    }

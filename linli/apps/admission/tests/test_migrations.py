"""Applications from before their applicants were kept get them from their histories."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps

from linli.apps.admission.models import Applicant, Application
from linli.apps.admission.tests.factories import act, answer, submitted

pytestmark = pytest.mark.django_db
FILL = import_module("linli.apps.admission.migrations.0003_known_applicants").fill


def test_applicants_and_the_sending_in_are_read_from_the_history(actor_of, now):
    department, secretary = actor_of("department-staff"), actor_of("community-secretary")
    row = submitted(department, now)
    back = act(answer(row, secretary, now), "send_back", actor_of("civil-affairs"), now)
    again = submitted(department, now, name="协助宣传防汛知识")
    again = act(answer(again, secretary, now), "send_back", actor_of("civil-affairs"), now)
    again = act(again, "resubmit", department, now + timedelta(days=1))
    writer = actor_of("street-staff").user_id
    Application.objects.filter(pk=again.pk).update(drafted_by_id=writer)
    Applicant.objects.all().delete()
    Application.objects.update(sent_at=None)
    FILL(apps, None)
    back.refresh_from_db()
    again.refresh_from_db()
    assert back.sent_at is None, "it came back, and is still to be sent in again"
    assert again.sent_at == now + timedelta(days=1)
    assert set(again.applicants.values_list("user_id", flat=True)) == {department.user_id, writer}

"""What was not kept before is read from the histories of applications."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps

from linli.apps.admission.models import Applicant, Application
from linli.apps.admission.tests.factories import HOME, act, admitted, answer, submitted
from linli.spine.catalogue.models import Matter

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


def test_items_carry_what_their_applications_were_admitted_for(actor_of, now):
    fill = import_module("linli.apps.admission.migrations.0009_items_carry_what_was_admitted").fill
    row = admitted(actor_of, now)
    passed = submitted(actor_of("department-staff"), now, does="负责辖区拆违工作", name="协助拆违宣传")
    passed = act(passed, "override", actor_of("legal-review"), now, note="只做宣传")
    passed = act(answer(passed, actor_of("community-secretary"), now), "recommend", actor_of("civil-affairs"), now)
    passed = act(passed, "admit", actor_of("organisation"), now)
    empty = {"carries": [], "area": None, "asked_by": None, "overridden": [], "conditions": ""}
    Matter.objects.filter(pk__in=(row.matter_id, passed.matter_id)).update(**empty)
    fill(apps, None)
    fields = ("carries", "area_id", "asked_by_id", "overridden", "conditions")
    plain, odd = (Matter.objects.values_list(*fields).get(pk=one.matter_id) for one in (row, passed))
    assert plain == (["task"], HOME, row.unit_id, [], "")
    assert odd == (["task"], HOME, row.unit_id, ["prohibited"], "某条例第五条〔示例〕5号；只做宣传")

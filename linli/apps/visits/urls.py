"""The addresses of visits."""

from django.urls import path

from linli.apps.visits.views import offline, plan, rate, record, today

app_name = "visits"

urlpatterns = [
    path("", today.today, name="today"),
    path("csrf/", today.csrf, name="csrf"),
    path("sw.js", offline.worker, name="worker"),
    path("pocket/", record.pocket, name="pocket"),
    path("people/<int:person_id>/", record.of_one, name="person"),
    path("people/<int:person_id>/record/", record.record, name="record"),
    path("people/<int:person_id>/call/", today.call, name="call"),
    path("records/<int:visit_id>/", record.recorded, name="recorded"),
    path("records/<int:visit_id>/files/<uuid:file_id>/", record.file, name="file"),
    path("plan/", plan.plan, name="plan"),
    path("plan/print/", plan.print_plan, name="print_plan"),
    path("plan/workers/", plan.workers, name="workers"),
    path("plan/assign/", plan.assign, name="assign"),
    path("plan/undo/<uuid:act_key>/", plan.undo, name="undo"),
    path("rate/", rate.rate, name="rate"),
]

"""The addresses of admission."""

from django.urls import path

from linli.apps.admission.views import (
    agreements,
    application_moves,
    applications,
    applying,
    arrivals,
    clauses,
    handing,
    items,
    lists,
    objections,
    tasks,
)

app_name = "admission"

urlpatterns = [
    path("tasks/", tasks.tasks, name="tasks"),
    path("tasks/new/", handing.hand_down, name="hand_down"),
    path("tasks/together/<int:handing_id>/", handing.handing, name="handing"),
    path("tasks/<slug:task_number>/", tasks.task, name="task"),
    path("tasks/<slug:task_number>/moves/<slug:move_name>/", tasks.task_move, name="task_move"),
    path("tasks/<slug:task_number>/files/<uuid:document_id>/", tasks.task_file, name="task_file"),
    path("applications/", applications.applications, name="applications"),
    path("applications/new/", applying.application_new, name="application_new"),
    path("applications/<int:application_id>/", applications.application, name="application"),
    path("applications/<int:application_id>/edit/", applying.application_edit, name="application_edit"),
    path("applications/<int:application_id>/send/", applying.application_send, name="application_send"),
    path("applications/<int:application_id>/answer/", applications.application_answer, name="application_answer"),
    path(
        "applications/<int:application_id>/moves/<slug:move_name>/",
        application_moves.application_move,
        name="application_move",
    ),
    path(
        "applications/<int:application_id>/files/<uuid:document_id>/",
        applying.application_file,
        name="application_file",
    ),
    path("agreements/", agreements.agreements, name="agreements"),
    path("agreements/new/", agreements.agreement_new, name="agreement_new"),
    path("agreements/<int:agreement_id>/", agreements.agreement, name="agreement"),
    path("agreements/<int:agreement_id>/move/", agreements.agreement_move, name="agreement_move"),
    path("agreements/<int:agreement_id>/copy/", agreements.agreement_copy, name="agreement_copy"),
    path("agreements/<int:agreement_id>/files/<uuid:document_id>/", agreements.agreement_file, name="agreement_file"),
    path("agreements/<int:agreement_id>/clauses/new/", clauses.clause_new, name="clause_new"),
    path("agreements/<int:agreement_id>/clauses/<int:clause_id>/", clauses.clause_edit, name="clause_edit"),
    path("agreements/<int:agreement_id>/arrived/<int:guarantee_id>/", arrivals.arrival_new, name="arrival_new"),
    path(
        "agreements/<int:agreement_id>/arrivals/<int:arrival_id>/withdraw/",
        arrivals.arrival_withdraw,
        name="arrival_withdraw",
    ),
    path("lists/", lists.lists, name="lists"),
    path("lists/new/", lists.new, name="list_new"),
    path("lists/<int:list_id>/", lists.one, name="list"),
    path("lists/<int:list_id>/edit/", lists.edit, name="list_edit"),
    path("lists/<int:list_id>/move/", lists.move, name="list_move"),
    path("lists/<int:list_id>/next/", lists.next_version, name="list_next"),
    path("lists/<int:list_id>/compare/<int:other_id>/", lists.compare, name="compare"),
    path("lists/<int:list_id>/workbook/", items.workbook, name="list_workbook"),
    path("lists/<int:list_id>/import/", items.take_in, name="list_import"),
    path("lists/<int:list_id>/items/new/", items.new, name="item_new"),
    path("lists/<int:list_id>/items/<int:item_id>/", items.item, name="item"),
    path("lists/<int:list_id>/items/<int:item_id>/edit/", items.edit, name="item_edit"),
    path("lists/<int:list_id>/items/<int:item_id>/remove/", items.remove, name="item_remove"),
    path("lists/<int:list_id>/items/<int:item_id>/object/", objections.item_object, name="item_object"),
    path("objections/<int:objection_id>/answer/", objections.objection_answer, name="objection_answer"),
]

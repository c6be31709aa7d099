"""The addresses of admission."""

from django.urls import path

from linli.apps.admission.views import items, lists

app_name = "admission"

urlpatterns = [
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
]

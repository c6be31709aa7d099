"""The addresses of ledgers."""

from django.urls import URLPattern, path

from linli.insight.ledgers.views import exports, ledgers

app_name = "ledgers"

urlpatterns: list[URLPattern] = [
    path("", ledgers.home, name="home"),
    path("exports/", exports.exports, name="exports"),
    path("exports/<int:export_id>/", exports.export, name="export"),
    path("exports/<int:export_id>/decide/", exports.decide, name="export_decide"),
    path("exports/<int:export_id>/cancel/", exports.cancel, name="export_cancel"),
    path("exports/<int:export_id>/again/", exports.again, name="export_again"),
    path("exports/<int:export_id>/download/", exports.download, name="export_download"),
    path("<slug:slug>/", ledgers.ledger, name="ledger"),
    path("<slug:slug>/print/", ledgers.print_ledger, name="print"),
    path("<slug:slug>/export/", exports.ask, name="ask"),
    path("<slug:slug>/save/", ledgers.save, name="save"),
    path("<slug:slug>/rename/", ledgers.rename, name="rename"),
    path("<slug:slug>/remove/", ledgers.remove, name="remove"),
]

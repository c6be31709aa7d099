"""The addresses of certificates."""

from django.urls import path

from linli.apps.certificates.views import issuing, log, refusing

app_name = "certificates"

urlpatterns = [
    path("", refusing.certificates, name="certificates"),
    path("refuse/", refusing.refuse, name="refuse"),
    path("refused/", refusing.refused, name="refused"),
    path("refused/<int:refusal_id>/", refusing.handout, name="handout"),
    path("new/<int:kept_id>/", issuing.new, name="new"),
    path("asked/", issuing.asked, name="asked"),
    path("sealed/", log.sealed, name="sealed"),
    path("sealed/workbook/", log.workbook, name="sealed_workbook"),
    path("asked/<slug:certificate_number>/", issuing.certificate, name="certificate"),
    path("asked/<slug:certificate_number>/seal/", issuing.seal, name="seal"),
    path("asked/<slug:certificate_number>/correct/", issuing.correct, name="correct"),
    path("asked/<slug:certificate_number>/paper/", issuing.paper, name="paper"),
    path("asked/<slug:certificate_number>/moves/<slug:move_name>/", issuing.move, name="move"),
]

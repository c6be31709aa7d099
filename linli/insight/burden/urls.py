"""The addresses of burden."""

from django.urls import path

from linli.insight.burden import views

app_name = "burden"

urlpatterns = [
    path("", views.burden, name="burden"),
    path("workbook/", views.workbook, name="workbook"),
]

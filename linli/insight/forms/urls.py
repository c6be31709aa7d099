"""The addresses of forms."""

from django.urls import path

from linli.insight.forms import views

app_name = "forms"

urlpatterns = [
    path("<slug:form_task_number>/", views.form, name="form"),
    path("<slug:form_task_number>/filled.xlsx", views.filled, name="filled"),
    path("together/<int:form_handing_id>/<slug:community_id>.xlsx", views.answered, name="answered"),
]

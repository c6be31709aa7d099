"""The addresses of certificates."""

from django.urls import path

from linli.apps.certificates import views

app_name = "certificates"

urlpatterns = [
    path("", views.certificates, name="certificates"),
    path("refuse/", views.refuse, name="refuse"),
    path("refused/", views.refused, name="refused"),
    path("refused/<int:refusal_id>/", views.handout, name="handout"),
]

from django.urls import path

from linli.ui import views

app_name = "ui"

urlpatterns = [
    path("", views.gallery, name="gallery"),
    path("display", views.set_display, name="display"),
    path("sample/<slug:name>", views.sample, name="sample"),
]

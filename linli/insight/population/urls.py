"""The addresses of population."""

from django.urls import URLPattern, path

from linli.insight.population import views

app_name = "population"

urlpatterns: list[URLPattern] = [
    path("", views.figures, name="figures"),
    path("figures.csv", views.figures_csv, name="figures_csv"),
    path("figures.xlsx", views.figures_xlsx, name="figures_xlsx"),
]

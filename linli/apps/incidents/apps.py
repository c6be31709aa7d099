from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    name = "linli.apps.incidents"
    label = "incidents"

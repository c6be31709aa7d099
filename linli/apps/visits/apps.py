from django.apps import AppConfig


class VisitsConfig(AppConfig):
    name = "linli.apps.visits"
    label = "visits"

from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "linli.sites.api"
    label = "api"

from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "linli.sites.desk"
    label = "desk"

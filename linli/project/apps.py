from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "linli.project"
    label = "project"

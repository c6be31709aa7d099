from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "linli.spine.cases"
    label = "cases"

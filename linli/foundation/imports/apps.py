from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "linli.foundation.imports"
    label = "imports"

from django.apps import AppConfig


class AreasConfig(AppConfig):
    name = "linli.foundation.areas"
    label = "areas"

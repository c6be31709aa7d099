from django.apps import AppConfig


class UiConfig(AppConfig):
    """Base templates, components and their gallery; no models, no domain words."""

    name = "linli.ui"
    label = "ui"

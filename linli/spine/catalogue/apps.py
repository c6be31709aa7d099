from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "linli.spine.catalogue"
    label = "catalogue"

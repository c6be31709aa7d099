from django.apps import AppConfig


class PopulationConfig(AppConfig):
    name = "linli.insight.population"
    label = "population"

from django.apps import AppConfig


class LedgersConfig(AppConfig):
    name = "linli.insight.ledgers"
    label = "ledgers"

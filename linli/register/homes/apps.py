from django.apps import AppConfig


class HomesConfig(AppConfig):
    name = "linli.register.homes"
    label = "homes"

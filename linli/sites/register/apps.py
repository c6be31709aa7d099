from django.apps import AppConfig


class RegisterConfig(AppConfig):
    name = "linli.sites.register"
    label = "register"

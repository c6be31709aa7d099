from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "linli.register.people"
    label = "people"

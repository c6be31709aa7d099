from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "linli.register.people"
    label = "people"

    def ready(self) -> None:
        from linli.register.people.importing import kind

        kind.ready()

from django.apps import AppConfig


class VisitsConfig(AppConfig):
    name = "linli.apps.visits"
    label = "visits"

    def ready(self) -> None:
        from linli.apps.visits import ending  # models are loaded only now
        from linli.register.people import stops

        stops.register("visits", ending.stop, ending.restart, ending.seen)

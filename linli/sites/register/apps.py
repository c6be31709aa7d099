from django.apps import AppConfig


class RegisterConfig(AppConfig):
    name = "linli.sites.register"
    label = "register"

    def ready(self) -> None:
        from linli.apps.visits import needs  # models are loaded only now
        from linli.sites.register.visit_case import open_case

        needs.register(open_case)

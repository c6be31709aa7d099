from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    name = "linli.apps.incidents"
    label = "incidents"

    def ready(self) -> None:
        from linli.apps.incidents.effects import EFFECTS  # models are loaded only now
        from linli.apps.incidents.flow import INCIDENT, REASONS
        from linli.spine.cases import kinds

        kinds.register(
            kinds.Kind(
                flow=INCIDENT,
                reasons=REASONS,
                effects=EFFECTS,
                steps_rule="incident.steps",
                limits_rule="incident.limits",
            )
        )

from django.apps import AppConfig


class AdmissionConfig(AppConfig):
    name = "linli.apps.admission"
    label = "admission"

    def ready(self) -> None:
        from linli.apps.admission import effects, parts  # models are loaded only now
        from linli.apps.admission.flow import APPLICATION, APPLICATION_REASONS, TASK, TASK_REASONS
        from linli.foundation.accounts.roles import Permission
        from linli.spine.cases import kinds

        kinds.register(
            kinds.Kind(
                flow=TASK,
                reasons=TASK_REASONS,
                effects=effects.TASK_EFFECTS,
                steps_rule="task.steps",
                limits_rule="task.limits",
                reads=Permission.TASK_READ,
                answers=False,
                facts=parts.task_facts,
                parts=parts.task_parts,
            )
        )
        kinds.register(
            kinds.Kind(
                flow=APPLICATION,
                reasons=APPLICATION_REASONS,
                effects=effects.APPLICATION_EFFECTS,
                steps_rule="admission.steps",
                limits_rule="admission.limits",
                reads=Permission.TASK_READ,
                answers=False,
                facts=parts.application_facts,
                parts=parts.application_parts,
            )
        )

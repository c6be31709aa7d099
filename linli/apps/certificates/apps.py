from django.apps import AppConfig


class CertificatesConfig(AppConfig):
    name = "linli.apps.certificates"
    label = "certificates"

    def ready(self) -> None:
        from linli.apps.certificates import effects  # models are loaded only now
        from linli.apps.certificates.flow import CERTIFICATE
        from linli.foundation.accounts.roles import Permission
        from linli.spine.cases import kinds

        kinds.register(
            kinds.Kind(
                flow=CERTIFICATE,
                reasons={},
                effects=effects.EFFECTS,
                steps_rule="certificates.steps",
                limits_rule="certificates.limits",
                reads=Permission.CERTIFICATE_WORK,
                answers=False,
                facts=effects.facts,
                parts=effects.parts,
            )
        )

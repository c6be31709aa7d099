from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "linli.spine.catalogue"
    label = "catalogue"

    def ready(self) -> None:
        from linli.foundation.rules import bounds
        from linli.spine.catalogue import basis, citation, wording

        bounds.bind("admission.citation", citation.looser)
        bounds.bind("admission.basis", basis.looser)
        bounds.bind("admission.prohibited", wording.looser)

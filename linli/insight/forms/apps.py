from django.apps import AppConfig


class FormsConfig(AppConfig):
    name = "linli.insight.forms"
    label = "forms"

    def ready(self) -> None:
        from linli.apps.admission import held  # models are loaded only now
        from linli.insight.forms import previewing, telling
        from linli.insight.forms.actions.opening import handed_down
        from linli.insight.forms.reading import asked

        held.register(
            held.Reader(asked=asked, look=previewing.look, preview=previewing.preview, words=telling.roster_words)
        )
        held.on_handed_down(handed_down)

"""Django, loaded once a command needs it and the environment is set."""

import os

import django
from django.utils import translation

CHINESE_TRADITIONAL = ("zh_TW", "zh_HK", "zh_MO", "zh_Hant")


def load_django(*, demo: bool = False) -> None:
    """Load settings and apps, and speak the language of the terminal. Raises BadSetting for a wrong variable.

    `demo` switches the demo mode on for this process and those that it starts.
    """
    if demo:
        os.environ["LINLI_DEMO"] = "1"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linli.project.settings")
    django.setup()
    translation.activate(terminal_language())


def terminal_language() -> str:
    """The language of the terminal, by the variables that POSIX names for it; English for any that we do not speak."""
    named = next(filter(None, (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    if named.startswith(CHINESE_TRADITIONAL):
        return "zh-hant"
    return "zh-hans" if named.startswith("zh") else "en"

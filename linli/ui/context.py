"""What every page needs to draw itself as this person likes it. No database."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

THEMES = ("light", "dark")
SIZES = ("large", "xlarge")
MODES = ("elder",)
CHOICES: Mapping[str, tuple[str, ...]] = {"theme": THEMES, "size": SIZES, "mode": MODES}

#: Each language in its own name: who cannot read the page can still find the way out of it.
LANGUAGE_NAMES = {"zh-hans": "简体中文", "en": "English", "zh-hant": "繁體中文"}
LANGUAGE_TAGS = {"zh-hans": "zh-Hans", "zh-hant": "zh-Hant"}


@dataclass(frozen=True, slots=True)
class Display:
    """Theme, text size and mode; "" is the plain default (the system's theme, 16 px, standard mode)."""

    theme: str = ""
    size: str = ""
    mode: str = ""
    fixed: bool = False  # set by the page's address (the gallery), not by the person

    @property
    def elder(self) -> bool:
        """Whether large text, large targets and one thing at a time are asked for."""
        return self.mode == "elder"


@dataclass(frozen=True, slots=True)
class Language:
    """One entry of the language menu."""

    code: str
    name: str
    tag: str
    current: bool


def choose(values: Mapping[str, str], prefix: str = "", *, fixed: bool = False) -> Display:
    """A Display from cookies or GET parameters; unknown values count as not chosen."""
    chosen = {name: values.get(prefix + name, "") for name in CHOICES}
    known = {name: value if value in CHOICES[name] else "" for name, value in chosen.items()}
    return Display(**known, fixed=fixed)


def languages() -> list[Language]:
    """The installed languages, the current one marked."""
    current = get_language() or settings.LANGUAGE_CODE
    return [
        Language(code, LANGUAGE_NAMES.get(code, str(name)), LANGUAGE_TAGS.get(code, code), code == current)
        for code, name in settings.LANGUAGES
    ]


def display(request: HttpRequest) -> dict[str, object]:
    """Context processor: `display`, `languages`, `html_lang` and `current_path` (with query)."""
    known = languages()
    return {
        "display": choose(request.COOKIES, "linli_"),
        "languages": known,
        "html_lang": next((language.tag for language in known if language.current), "zh-Hans"),
        "current_path": request.get_full_path(),
    }

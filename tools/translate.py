"""The catalogues of the interface's texts: collect them from the source, draft zh-Hant, compile, and check.

python tools/translate.py collect   new and changed texts come in, texts no longer used go out
python tools/translate.py draft     fill what is empty in zh-Hant from zh-Hans, character by character
python tools/translate.py compile   write the .mo files that ship with the package
python tools/translate.py check     exit 1 when anything is missing, fuzzy, unused, or not compiled
"""

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "linli"
CATALOGUES = PACKAGE / "locale"
LANGUAGES = ("zh_Hans", "zh_Hant")
# The catalogues, too: Django would write into those that it meets on its way, also when only a copy is to be checked.
LEFT_OUT = ("locale", "*/tests/*", "project/bench/*", "project/testing.py")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
PLURALS = "nplurals=1; plural=0;"


def main(arguments: list[str]) -> int:
    """Run one of the four. Returns 1 when a check fails, 2 when called wrongly."""
    commands = {"collect": collect, "draft": draft, "compile": compile_all, "check": check}
    if len(arguments) != 1 or arguments[0] not in commands:
        print(__doc__, file=sys.stderr)
        return 2
    return commands[arguments[0]]()


def path_of(language: str, base: Path = CATALOGUES) -> Path:
    """The catalogue of a language."""
    return base / language / "LC_MESSAGES" / "django.po"


def extract(into: Path) -> None:
    """Bring the catalogues under `into` up to date with the source, through Django and GNU gettext."""
    with tempfile.TemporaryDirectory() as home:
        os.environ.setdefault("LINLI_HOME", home)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linli.project.settings")
        sys.path.insert(0, str(ROOT))
        import django
        from django.conf import settings
        from django.core.management import call_command

        django.setup()
        settings.LOCALE_PATHS = [str(into)]
        into.mkdir(parents=True, exist_ok=True)
        before = Path.cwd()
        os.chdir(PACKAGE)
        try:
            call_command(
                "makemessages",
                locale=list(LANGUAGES),
                ignore_patterns=list(LEFT_OUT),
                no_obsolete=True,
                no_wrap=True,
                add_location="file",
                verbosity=0,
            )
        finally:
            os.chdir(before)


def collect() -> int:
    """Bring the catalogues up to date, and say how much there is to translate."""
    extract(CATALOGUES)
    for language in LANGUAGES:
        catalogue = polib.pofile(str(path_of(language)), wrapwidth=0)
        # No dates: a catalogue without changes is a file without changes.
        catalogue.metadata = {
            "Project-Id-Version": "linli",
            "Language": language,
            "MIME-Version": "1.0",
            "Content-Type": "text/plain; charset=UTF-8",
            "Content-Transfer-Encoding": "8bit",
            "Plural-Forms": PLURALS,
        }
        catalogue.header = ""
        catalogue.metadata_is_fuzzy = False
        catalogue.save()
        empty, fuzzy = len(catalogue.untranslated_entries()), len(catalogue.fuzzy_entries())
        print(f"{language}: {len(catalogue)} texts, {empty} to translate, {fuzzy} to look at again")
    return 0


def draft() -> int:
    """Fill what is empty in zh-Hant; a person reads it afterwards."""
    import opencc

    turned = opencc.OpenCC("s2tw").convert
    given = {(entry.msgctxt, entry.msgid): entry for entry in polib.pofile(str(path_of("zh_Hans")))}
    catalogue = polib.pofile(str(path_of("zh_Hant")), wrapwidth=0)
    filled = 0
    for entry in [*catalogue.untranslated_entries(), *catalogue.fuzzy_entries()]:
        source = given.get((entry.msgctxt, entry.msgid))
        if source is None or not source.translated():
            continue
        entry.msgstr = turned(source.msgstr)
        entry.msgstr_plural = {number: turned(text) for number, text in source.msgstr_plural.items()}
        entry.fuzzy = False
        filled += 1
    catalogue.save()
    print(f"zh_Hant: {filled} texts drafted")
    return 0


def compile_all() -> int:
    """Write the .mo file beside each catalogue."""
    for language in LANGUAGES:
        path = path_of(language)
        polib.pofile(str(path)).save_as_mofile(str(path.with_suffix(".mo")))
    return 0


def check() -> int:
    """Name everything that is not as it must be."""
    problems = []
    with tempfile.TemporaryDirectory() as folder:
        kept, fresh = Path(folder) / "kept", Path(folder) / "fresh"
        if CATALOGUES.is_dir():
            shutil.copytree(CATALOGUES, kept)
        try:
            # Django writes into the catalogues of the folder that it reads, whatever others it is given.
            extract(CATALOGUES)
            shutil.copytree(CATALOGUES, fresh)
        finally:
            if kept.is_dir():
                shutil.copytree(kept, CATALOGUES, dirs_exist_ok=True)
        for language in LANGUAGES:
            if not path_of(language).is_file():
                problems.append(f"{language}: there is no catalogue; run: make translate")
                continue
            problems += [f"{language}: {problem}" for problem in problems_of(language, path_of(language, fresh))]
    for problem in problems:
        print(problem)
    if problems:
        print(f"{len(problems)} problems in the catalogues")
    return int(bool(problems))


def problems_of(language: str, fresh: Path) -> Iterator[str]:
    """What is wrong with the catalogue of one language, beside a freshly extracted copy."""
    path = path_of(language)
    kept = polib.pofile(str(path))
    have = {key_of(entry): entry for entry in kept if not entry.obsolete}
    used = {key_of(entry) for entry in polib.pofile(str(fresh)) if not entry.obsolete}
    yield from (f"not collected: {key[1]!r}" for key in sorted(used - set(have), key=str))
    yield from (f"no longer used: {key[1]!r}" for key in sorted(set(have) - used, key=str))
    for entry in have.values():
        yield from problems_of_entry(entry)
    compiled = path.with_suffix(".mo")
    if not compiled.is_file():
        yield "not compiled; run: python tools/translate.py compile"
    elif texts(polib.mofile(str(compiled))) != texts(kept.translated_entries()):
        yield "the compiled file is older than the catalogue; run: python tools/translate.py compile"


def problems_of_entry(entry: polib.POEntry) -> Iterator[str]:
    """What is wrong with one text."""
    if entry.fuzzy:
        yield f"to look at again (fuzzy): {entry.msgid!r}"
        return
    if not entry.translated():
        yield f"not translated: {entry.msgid!r}"
        return
    wanted = set(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
    for text in entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]:
        if set(PLACEHOLDER.findall(text)) != wanted:
            yield f"other placeholders than the source: {entry.msgid!r}"


def key_of(entry: polib.POEntry) -> tuple[str, str, str]:
    """What makes a text the same text."""
    return entry.msgctxt or "", entry.msgid, entry.msgid_plural or ""


def texts(entries: list[polib.POEntry]) -> dict[tuple[str, str, str], tuple[object, ...]]:
    """What each text says, to compare two files."""
    return {key_of(entry): (entry.msgstr, *sorted(entry.msgstr_plural.items())) for entry in entries if entry.msgid}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Chinese text: bring it to one form, cut it, look for words in it, mask it."""

import re
import unicodedata
from collections.abc import Mapping, Sequence

# Control characters but tab and line feed; lone surrogates; marks that turn the direction of a line or hide in it.
# Joiners and variation selectors stay (emoji need them), and so do private-use characters (rare names in old fonts).
UNWANTED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff"
    "\ufff9-\ufffb\ud800-\udfff]"
)
LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
SPACES = re.compile(" {2,}")
SPACES_AT_LINE_ENDS = re.compile(" *\n *")
# Python's tables may be older than a character: everything on the two ideographic planes is a word, and so is the
# private-use area, where older systems put rare names.
WORDS = re.compile("[\\w\ue000-\uf8ff\U00020000-\U0003ffff]+")

#: What people write between the parts of a name: 买买提·艾力, 张 三.
INSIDE_NAMES = re.compile(r"[\s·•‧∙⋅・･．.]+")
JOINER = "\u200d"
MASK = "*"
#: More stars would only tell how long the name is.
MOST_STARS = 3
MASKED_MIDDLE = "****"

MOBILE = re.compile(r"1[3-9][0-9]{9}", re.ASCII)
COUNTRY = re.compile(r"(?:\+|00)?86(?=1[3-9][0-9]{9}\Z)", re.ASCII)
PHONE_FILLING = re.compile(r"[\s\-‐‑‒–—―−()]+")
LONGEST_PHONE = 40


def tidy(text: str) -> str:
    """Clean typed text for keeping as it was written.

    Line ends become line feeds; control characters, lone surrogates and invisible marks, which break databases or
    deceive readers, go. Characters keep their width, and runs of spaces stay.
    """
    if text.isalnum():
        return text
    return UNWANTED.sub("", LINE_ENDS.sub("\n", text)).strip()


def fold(text: str) -> str:
    """Bring text to one form for comparing and searching, not for keeping: see `tidy`.

    Full-width letters, digits, punctuation and spaces become half-width (NFKC), unwanted characters go, runs of
    spaces become one. Rare characters and emoji stay. Case stays.
    """
    # Letters and digits alone: no spaces, no marks. Most cells of a sheet are such, and there are millions of them.
    if text.isalnum() and unicodedata.is_normalized("NFKC", text):
        return text
    even = unicodedata.normalize("NFKC", UNWANTED.sub("", LINE_ENDS.sub("\n", text)))
    return SPACES_AT_LINE_ENDS.sub("\n", SPACES.sub(" ", even)).strip()


def same_name(one: str, other: str) -> bool:
    """Tell whether two spellings are one name: spaces, width, case and the dot inside a name make no difference.

    Likeness is not sameness: 张建国 and 张健国 are two names.
    """
    return one == other or _spelled(one) == _spelled(other)


def _spelled(name: str) -> str:
    return INSIDE_NAMES.sub("", fold(name)).casefold()


def _is_regional(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _extends(char: str) -> bool:
    """Tell whether a character belongs to the one before it: combining marks, selectors, skin tones, flag tags."""
    return (
        unicodedata.category(char) in ("Mn", "Mc", "Me")
        or char == JOINER
        or "\U0001f3fb" <= char <= "\U0001f3ff"
        or "\U000e0020" <= char <= "\U000e007f"
    )


def _may_cut(text: str, at: int) -> bool:
    """Tell whether a reader would see two characters, one on each side of this position."""
    before, after = text[at - 1], text[at]
    if _extends(after) or before == JOINER or (before == "\r" and after == "\n"):
        return False
    if _is_regional(before) and _is_regional(after):
        # A flag is two regional letters: cut only after an even number of them.
        start = at
        while start and _is_regional(text[start - 1]):
            start -= 1
        return (at - start) % 2 == 0
    return True


def clip(text: str, limit: int) -> str:
    """Return the longest beginning of at most `limit` code points that splits nothing a reader sees as one.

    Emoji sequences, flags and letters with their marks stay whole; if even the first is too long, nothing is left.
    """
    if len(text) <= limit:
        return text
    at = max(limit, 0)
    while at and not _may_cut(text, at):
        at -= 1
    return text[:at]


def bigrams(text: str) -> list[str]:
    """Return the overlapping pairs of characters of each word, in order, for indexes and for queries.

    Text is folded and lower-cased first; punctuation, spaces and emoji part words; a word of one character is
    itself. Text contains a word of two or more characters exactly if its bigrams follow each other.
    """
    pairs: list[str] = []
    for word in WORDS.findall(fold(text).lower()):
        if len(word) == 1:
            pairs.append(word)
        else:
            pairs.extend(word[i : i + 2] for i in range(len(word) - 1))
    return pairs


def suggest(text: str, keywords: Mapping[str, Sequence[str]]) -> list[tuple[str, int]]:
    """Return (class, score) for the classes whose keywords occur in the text, best first.

    A keyword scores the square of its length, once, so that one long, precise word beats two short ones. Equal
    scores keep the order of `keywords`.
    """
    folded = fold(text).lower()
    scores = []
    for name, words in keywords.items():
        found = {word for word in (fold(raw).lower() for raw in words) if word and word in folded}
        if found:
            scores.append((name, sum(len(word) ** 2 for word in found)))
    return sorted(scores, key=lambda pair: -pair[1])


def mobile(text: str) -> str | None:
    """Return the 11 digits of a mainland mobile number, however it was typed, or None if it is not one."""
    if len(text) > LONGEST_PHONE:
        return None
    digits = COUNTRY.sub("", PHONE_FILLING.sub("", fold(text)))
    return digits if MOBILE.fullmatch(digits) else None


def mask_phone(text: str) -> str:
    """Mask a phone number for the screen: 138****5678; of other numbers only the last few digits show."""
    number = mobile(text)
    if number:
        return number[:3] + MASKED_MIDDLE + number[-4:]
    digits = re.sub(r"[^0-9]", "", fold(text))
    shown = len(digits) // 3
    return MASKED_MIDDLE + digits[len(digits) - min(shown, 4) :] if digits else ""


def mask_name(name: str) -> str:
    """Mask a person's name for the screen: 张三丰 becomes 张**. A name of one character is masked whole."""
    whole = tidy(name)
    if len(whole) <= 1:
        return MASK * len(whole)
    first = next((whole[:n] for n in range(1, len(whole)) if _may_cut(whole, n)), "")
    return first + MASK * min(len(whole) - len(first), MOST_STARS)

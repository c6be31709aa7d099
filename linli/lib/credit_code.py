"""The unified social credit code of organisations (GB 32100-2015): 18 characters, the last one a check.

The first character says who registered it, the second what it is, then six digits of the division, nine of the
organisation. I, O, S, V and Z are not used. Older organisation codes (9) and licence numbers (15) are none.
"""

import re

from linli.lib.chinese import fold

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LENGTH = 18
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
FORM = re.compile("[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}", re.ASCII)
LONGEST_TYPED = 64


def check_character(first17: str) -> str:
    """The last character for the first 17 (GB 32100-2015, appendix: modulus 31). Raises ValueError for others."""
    total = sum(ALPHABET.index(char) * weight for char, weight in zip(first17, WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def read(text: str) -> str | None:
    """The code in normal form, however it was typed, or None if it cannot be one."""
    if len(text) > LONGEST_TYPED:
        return None
    code = re.sub(r"[\s-]+", "", fold(text)).upper()
    if not FORM.fullmatch(code) or check_character(code[:17]) != code[17]:
        return None
    return code

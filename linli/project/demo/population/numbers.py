"""Numbers that pass every check and belong to nobody.

Identity numbers: the first four digits are a real city, the next two are 99. GB/T 2260 gives out 01–20 for the parts of
a city, 21–80 for counties and 81–90 for county-level cities; no list that we know of ever carried 99. So the check
digit holds, the city can be read, and no office has ever issued such a number.
Phones: numbers beginning with 154, a prefix that is given to no operator. Credit codes: division {city}99 likewise.
"""

from datetime import date

from linli.lib.citizen_id import check_digit

NO_COUNTY = "99"
PHONE_PREFIX = "154"
PER_DAY = 500
CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CREDIT_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


class Identities:
    """Hands out identity numbers, each once."""

    def __init__(self) -> None:
        self._given: dict[tuple[str, int, str], int] = {}

    def number(self, city: str, born: date, sex: str) -> str:
        """The next number of a city (four digits or more) for somebody born that day; nothing once all 500 are gone."""
        key = (city[:4], born.toordinal(), sex)
        serial = self._given.get(key, 0)
        if serial >= PER_DAY:
            return ""
        self._given[key] = serial + 1
        first17 = f"{city[:4]}{NO_COUNTY}{born:%Y%m%d}{serial * 2 + (sex == '1'):03d}"
        return first17 + check_digit(first17)


def phone(serial: int) -> str:
    """A mobile number for the n-th person."""
    return f"{PHONE_PREFIX}{serial * 7_919 % 100_000_000:08d}"


def credit_code(city: str, serial: int, *, of_person: bool) -> str:
    """A unified social credit code (GB 32100-2015) of a market body: 91 for companies, 92 for one-person businesses."""
    body = f"{serial % 10**8:08d}"
    rest = sum(int(digit) * weight for digit, weight in zip(body, ORGANISATION_WEIGHTS, strict=True)) % 11
    check = {0: "0", 1: "X"}.get(rest, str(11 - rest))
    first17 = f"9{2 if of_person else 1}{city[:4]}{NO_COUNTY}{body}{check}"
    total = sum(CREDIT.index(one) * weight for one, weight in zip(first17, CREDIT_WEIGHTS, strict=True))
    return first17 + CREDIT[(31 - total % 31) % 31]

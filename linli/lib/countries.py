"""Countries by their codes: two letters, three letters and three digits (ISO 3166-1, GB/T 2659.1).

Their names are data of the code table "nationality".
"""

import csv
from collections.abc import Mapping
from functools import cache
from importlib import resources

#: How people call them beside the names of the table.
_EVERYDAY: Mapping[str, str] = {
    "中华人民共和国": "CHN", "中国大陆": "CHN", "中国籍": "CHN", "香港": "HKG", "澳门": "MAC", "台湾": "TWN",
    "南韩": "KOR", "大韩民国": "KOR", "北朝鲜": "PRK", "美利坚合众国": "USA", "英格兰": "GBR", "俄国": "RUS",
}  # fmt: skip


@cache
def words() -> Mapping[str, str]:
    """Two letters (in capitals), three digits or an everyday name → three letters."""
    text = (resources.files("linli.lib") / "data" / "countries.csv").read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    found = {row["alpha2"]: row["alpha3"] for row in rows}
    found |= {row["number"]: row["alpha3"] for row in rows}
    return {**found, **_EVERYDAY}

"""Whether a sheet is about another place than the one it is imported into: asked before it makes buildings there.

The title, the names of file and sheet, and the addresses are read for names of communities, streets and districts. A
name that the divisions know, or that ends as one does, and that is neither above nor in the area of the batch, is
another place; so is an estate that the register has elsewhere only.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import PurePath
from typing import Final

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from linli.foundation.accounts.actors import Actor
from linli.foundation.areas.models import Area, Level
from linli.foundation.audit import actions as audit
from linli.foundation.imports.models import Batch
from linli.lib import addresses, divisions
from linli.lib.chinese import fold
from linli.lib.prefix import within
from linli.register.homes.models import Estate
from linli.register.people.models import Staged

#: Where `Batch.options` keeps when somebody said that the sheet belongs here all the same; the log keeps who.
CONFIRMED: Final = "elsewhere"
LEVELS: Final = (Level.PROVINCE, Level.CITY, Level.DISTRICT, Level.STREET, Level.COMMUNITY)
_MENTION = re.compile(r"[㐀-鿿]{2,10}?(?:社区|街道|[居村]委会|[居村]民委员会|省|市|区|县|镇|乡|村)")
#: What stands behind the name of a community or a street in the list of divisions, and not in titles.
_OFFICES: Final = ("居民委员会", "村民委员会", "居委会", "村委会", "办事处")
_COUNTY: Final = ("区", "县", "市", "省")
#: Words in front of 社区 and 街道 that name none.
_NO_NAMES: Final = (
    "本", "我", "各", "全", "该", "所在", "所属", "所辖", "辖区", "智慧", "老旧", "文明", "和谐", "城市", "农村",
    "居住", "现住", "户籍", "示范", "未来", "完整", "平安", "代表", "新型", "所有", "每个", "其他", "城乡",
    "镇", "乡", "街道",
)  # fmt: skip
_BEFORE_NAMES = re.compile(r"(?:年度?|月份?|上半年|下半年|季度|关于|填报|报送|单位)+")
_LEAST: Final = 3
_MOST_SHOWN: Final = 3


@dataclass(frozen=True)
class Elsewhere:
    """The places that the title names, those that addresses lie in, and how many of how many addresses that are."""

    titles: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    rows: int = 0
    of: int = 0

    def __bool__(self) -> bool:
        return bool(self.titles or self.rows)

    def said(self, area: str) -> str:
        """All of it in words, and into which area the sheet is imported."""
        found = []
        if self.titles:
            found.append(_("The title names %(names)s.") % {"names": _listed(self.titles)})
        if self.rows:
            text = ngettext(
                "%(n)s of %(of)s addresses lies elsewhere: %(names)s.",
                "%(n)s of %(of)s addresses lie elsewhere: %(names)s.",
                self.rows,
            )
            found.append(text % {"n": self.rows, "of": self.of, "names": _listed(self.places)})
        return " ".join([*found, _("You import into %(area)s.") % {"area": area}])


def _listed(names: Collection[str]) -> str:
    shown = _(", ").join(list(names)[:_MOST_SHOWN])
    return shown + "…" if len(names) > _MOST_SHOWN else shown


def of_top(batch: Batch, *, titles: Iterable[str], doors: Sequence[str]) -> Elsewhere:
    """What the top of a sheet says: the names and cells above its header, and the addresses of its first rows."""
    named = [PurePath(batch.original_name).stem, *titles]
    places = Places(batch.area_id, [*named, *doors])
    often = Counter(place for door in doors if (place := places.other(door)))
    return _summed((place for text in named for place in places.others(text)), often, len(doors))


def of_staged(batch: Batch) -> Elsewhere:
    """What the rows say that would make new buildings."""
    rows = Staged.objects.filter(batch=batch, state=Staged.State.OK, building_id__isnull=True).exclude(building="")
    counted = dict(rows.order_by().values_list("estate").annotate(n=Count("pk")))
    places, often = Places(batch.area_id, counted), Counter[str]()
    for estate, n in counted.items():
        if place := places.other(estate):
            often[place] += n
    return _summed((), often, sum(counted.values()))


def _summed(titles: Iterable[str], often: Counter[str], of: int) -> Elsewhere:
    names = tuple(name for name, _n in often.most_common())
    return Elsewhere(tuple(dict.fromkeys(titles)), names, often.total(), of)


def confirm(*, by: Actor, batch_id: int, said: str, now: datetime) -> None:
    """Keep that somebody said the sheet belongs here: the time with the batch, who and what they read in the log."""
    batch = Batch.objects.select_for_update().get(pk=batch_id)
    batch.options = {**batch.options, CONFIRMED: now.isoformat()}
    batch.save(update_fields=["options"])
    audit.record(by=by, action="imports.elsewhere", now=now, subject_kind="batch", subject_id=batch_id, reason=said)


class Places:
    """Tells of texts which other place they name. What the texts mention is looked up once, for all of them."""

    def __init__(self, area_id: str, texts: Iterable[str]) -> None:
        self.texts = {text: fold(text).replace(" ", "") for text in texts}
        above = [area_id[:length] for length in (2, 4, 6, 9, 12, 15) if len(area_id) >= length]
        here = Q(pk__in=above) | Q(**within("id", area_id))
        self.own = {plain(name) for name in Area.objects.filter(here).values_list("name", flat=True)}
        tails = {tail for text in self.texts.values() for mention in mentions(text) for tail in _tails(mention)}
        self.known = self._known(tails - self.own)
        self.estates = self._elsewhere(area_id)

    def _known(self, tails: set[str]) -> set[str]:
        """Those of the names that the divisions have."""
        written = {f"{tail}{office}": tail for tail in tails for office in ("", *_OFFICES)}
        wanted, found = list(written), set()
        for start in range(0, len(wanted), 500):
            rows = Area.objects.filter(name__in=wanted[start : start + 500], level__in=LEVELS)
            found |= {written[name] for name in rows.values_list("name", flat=True)}
        return found | {tail for tail in tails - found if tail.endswith(_COUNTY) and is_county(tail)}

    def _elsewhere(self, area_id: str) -> dict[str, str]:
        """Estates that the register has in other communities only → the name of the community."""
        names = {estate for text in self.texts.values() if (estate := addresses.parse(text).estate)}
        rows = Estate.objects.filter(name__in=names)
        here = set(rows.filter(**within("area_id", area_id)).values_list("name", flat=True))
        return {name: plain(area) for name, area in rows.values_list("name", "area__name") if name not in here}

    def others(self, text: str) -> list[str]:
        """The other places that a text names."""
        found = []
        for mention in mentions(self.texts[text]):
            tails = _tails(mention)
            known = next((tail for tail in tails if tail in self.known), "")
            own = next((tail for tail in tails if tail in self.own), "")
            if len(known) > len(own):
                found.append(known)
            elif not own and (name := _unknown(mention)):
                found.append(name)
        return found

    def other(self, door: str) -> str:
        """The other place that an address lies in; "" where it names none."""
        estate = self.estates.get(addresses.parse(self.texts[door]).estate, "") if door else ""
        return estate or next(iter(self.others(door) if door else ()), "")


def plain(name: str) -> str:
    """The name of a division as people say it: 凤栖苑社区居委会 is 凤栖苑社区."""
    return next((name.removesuffix(office) for office in _OFFICES if name.endswith(office)), name)


def mentions(text: str) -> Iterator[str]:
    """The words of a text that end as names of divisions do."""
    for found in _MENTION.finditer(text):
        yield plain(found[0])


def _tails(mention: str) -> list[str]:
    """A mention, and what is left of it from the second, third … character on: titles run on in front of a name."""
    return [mention[at:] for at in range(max(len(mention) - _LEAST + 1, 1))]


def _unknown(mention: str) -> str:
    """The name of a community or street that nobody knows; "" where the words name none."""
    ending = next((one for one in ("社区", "街道") if mention.endswith(one)), "")
    name = _BEFORE_NAMES.sub("", mention.removesuffix(ending)) if ending else ""
    return name + ending if len(name) > 1 and not name.endswith(_NO_NAMES) else ""


@lru_cache(maxsize=2000)
def is_county(name: str) -> bool:
    """Tell whether a county, a city or a province of China is called so."""
    return any(
        one.name.endswith(name) and one.name.removesuffix(name)[-1:] in ("", "省", "市", "区", "州", "盟")
        for one in divisions.find(name)
    )

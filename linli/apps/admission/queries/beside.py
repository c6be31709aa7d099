"""A task beside the item that it cites, with the words that meet: for its sender, the community and the supervisors."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from linli.apps.admission.models import Handing
from linli.apps.admission.queries import citing
from linli.apps.admission.queries.citing import Cited
from linli.spine.catalogue.fit import marked
from linli.spine.catalogue.models import Matter

#: A text in pieces, each with whether it is a word that meets.
Pieces = Sequence[tuple[str, bool]]


@dataclass(frozen=True)
class Beside:
    """Both sides in pieces, how much of a hundred fits, what met nothing, and what the sender says to it."""

    item: Matter
    score: int
    task: Sequence[Pieces]
    says: Sequence[Pieces]
    missing: Sequence[str]
    reason: str = ""
    badly: bool = False


def of_cited(cited: Cited) -> Beside | None:
    """A task that is being written beside its item; None without one."""
    today = timezone.localdate()
    found = citing.fit_of(cited, cited.unit.area_id, today)
    if cited.matter is None or found is None:
        return None
    badly = citing.fits_badly(found, cited.unit.area_id, today)
    return _beside(cited.matter, cited.texts, found.score, found.kept(), badly=badly)


def of_handing(handing: Handing) -> Beside | None:
    """What was handed down beside its item, as it was compared then; None without an item, or from before."""
    if handing.matter is None or handing.fit is None:
        return None
    return _beside(
        handing.matter,
        [handing.title, handing.text],
        handing.fit,
        handing.fit_words,
        reason=handing.fit_reason,
        badly=bool(handing.fit_reason),
    )


def _beside(
    item: Matter,
    texts: Sequence[str],
    score: int,
    words: dict[str, list[str]],
    *,
    reason: str = "",
    badly: bool = False,
) -> Beside:
    own = [text for text in (f"{item.code} {item.name}", item.does, item.told) if text]
    return Beside(
        item=item,
        score=score,
        task=[marked(text, words.get("matched", ())) for text in texts if text],
        says=[marked(text, words.get("item", ())) for text in own],
        missing=words.get("missing", ()),
        reason=reason,
        badly=badly,
    )

"""The figures as tables: on the page, as CSV and as a workbook, from one source, so that they cannot differ."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from linli.insight.population.bands import BAND, OLDEST_BAND
from linli.insight.population.board import Board, band_name
from linli.insight.population.queries import ARRIVALS, DEPARTURES, Month
from linli.register.people.models.event import EventKind

Cell = tuple[str, str]
"""What a cell says, and where it leads ("" nowhere)."""


@dataclass(frozen=True)
class Table:
    """A table: the first column names the row, the others are numbers."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    slug: str


def tables(board: Board) -> Iterator[Table]:
    """Every table of the page, in its order."""
    yield by_kind(board)
    yield by_area(board)
    yield by_age(board)
    yield _simple(board, "groups", _("Special groups"), board.groups)
    yield by_month(board)
    yield _simple(board, "dwellings", _("Dwellings by use, today"), board.dwellings)
    yield _simple(board, "organisations", _("Organisations by kind"), board.organisations)


def by_kind(board: Board) -> Table:
    """Population by kind, now and a year before."""
    told = board.told
    rows: list[list[Cell]] = [
        [
            (label, ""),
            (told.text(now), board.people_url(kind=kind)),
            (told.text(then), ""),
            (told.change(now, then), ""),
        ]
        for kind, label, now, then in board.by_kind
    ]
    rows.append(
        [
            (_("All"), ""),
            (told.text(board.total), board.people_url()),
            (told.text(board.total_year_ago), ""),
            (told.change(board.total, board.total_year_ago), ""),
        ]
    )
    return Table(
        _("Population by kind"), [_("Kind"), _("Number of people"), _("A year before"), _("Change")], rows, "kinds"
    )


def by_area(board: Board) -> Table:
    """Population of the areas below, by kind."""
    told = board.told
    rows: list[list[Cell]] = []
    for child in board.children:
        name = child.name or _("in no area below")
        numbers = [(told.text(told.coarse(child.by_kind.get(kind, 0))), "") for kind in board.kinds]
        rows.append([(name, board.area_url(child.code)), (told.text(told.coarse(child.total)), ""), *numbers])
    return Table(_("By area"), [_("Area"), _("Number of people"), *board.kinds.values()], rows, "areas")


def by_age(board: Board) -> Table:
    """Ages by sex."""
    told, found = board.told, board.ages
    others = [(key, n) for key, n in found.items() if key[0] not in ("1", "2")]
    rows: list[list[Cell]] = []
    for low in (*range(0, OLDEST_BAND + 1, BAND), -1):
        unknown = sum(n for (_sex, band), n in others if band == low)
        numbers = [found.get(("1", low), 0), found.get(("2", low), 0), unknown]
        if low >= 0 or any(numbers):
            rows.append([(band_name(low), ""), *((told.text(n), "") for n in numbers)])
    return Table(_("Ages"), [_("Age"), _("men"), _("women"), _("sex not known")], rows, "ages")


def by_month(board: Board) -> Table:
    """Who came and who went."""
    told = board.told
    names = {
        **{kind.value: str(kind.label) for kind in ARRIVALS},
        "from_elsewhere": _("from another place of the district"),
        **{kind.value: str(kind.label) for kind in DEPARTURES},
        "to_elsewhere": _("to another place of the district"),
        "inside": _("moved inside"),
        EventKind.ENTRY.value: str(EventKind.ENTRY.label),
    }

    def line(label: str, month: Month) -> list[Cell]:
        numbers = [month.came, month.went, *(month.counts[name] for name in names)]
        return [(label, ""), *((told.text(told.coarse(n)), "") for n in numbers)]

    rows = [line(f"{one.month:%Y-%m}", one) for one in board.months]
    total = Month(board.on)
    for one in board.months:
        total.counts.update(one.counts)
    rows.append(line(_("All"), total))
    return Table(_("What changed, by month"), [_("Month"), _("came"), _("went"), *names.values()], rows, "months")


def _simple(board: Board, slug: str, title: str, lines: Sequence[tuple[str, int, str]]) -> Table:
    rows: list[list[Cell]] = [[(label, ""), (board.told.text(n), url)] for label, n, url in lines]
    return Table(title, [title, _("Number")], rows, slug)

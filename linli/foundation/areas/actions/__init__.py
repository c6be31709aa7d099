"""The write side of areas: the only door through which areas and boundaries change.

No actor is passed in, for accounts stand on top of this app; the caller asks for the right and keeps the audit row.
"""

from linli.foundation.areas.actions.boundaries import (
    AreaEnded,
    BadSource,
    ChildrenLeftOut,
    DrawnLater,
    OutsideParent,
    OverlapsNeighbour,
    draw,
)
from linli.foundation.areas.actions.divisions import BadDivisions, ImportReport, Problem, import_divisions
from linli.foundation.areas.actions.grids import (
    BadName,
    CannotMerge,
    CannotSplit,
    NoCodeLeft,
    Part,
    StillDivided,
    WrongLevel,
    close_grid,
    merge,
    open_grid,
    rename,
    split,
)
from linli.foundation.areas.geometry import BadGeometry

__all__ = [
    "AreaEnded",
    "BadDivisions",
    "BadGeometry",
    "BadName",
    "BadSource",
    "CannotMerge",
    "CannotSplit",
    "ChildrenLeftOut",
    "DrawnLater",
    "ImportReport",
    "NoCodeLeft",
    "OutsideParent",
    "OverlapsNeighbour",
    "Part",
    "Problem",
    "StillDivided",
    "WrongLevel",
    "close_grid",
    "draw",
    "import_divisions",
    "merge",
    "open_grid",
    "rename",
    "split",
]

"""Standard texts for what residents read, by move: a start to be completed, never sent by themselves."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

TEXTS: Mapping[str, Sequence[str]] = {
    "accept": (
        _("We have received your report and will tell you who handles it."),
        _("Thank you. Somebody from the community will look at it on site today."),
    ),
    "refuse": (
        _("This is outside the duties of the community. Please call 12345."),
        _("Please call 110, 119, 120 or 122 at once when somebody is in danger."),
        _("An earlier report of the same matter is being handled. You can follow it instead."),
    ),
    "reply": (
        _("We have been on site. The next step is: "),
        _("We need to know more. Please tell us the exact place and the time."),
    ),
    "pause": (
        _("The work has to wait for better weather. We go on as soon as it allows."),
        _("The work has to wait for material. We tell you when it goes on."),
    ),
    "verify": (
        _("It has been handled and checked on site. Please tell us whether it is solved for you."),
        _("The unit in charge has handled it. A colleague has checked it today."),
    ),
    "solve_on_spot": (_("The grid worker has handled it on the spot."),),
    "order_again": (_("The street has looked at it again and ordered that it be handled once more."),),
    "close_unsolved": (_("The street has looked at it again. It cannot be solved for this reason: "),),
}


def texts_for(move: str) -> list[str]:
    """The standard texts of a move in the language of the page; they are written for residents."""
    return [gettext(text) for text in TEXTS.get(move, ())]

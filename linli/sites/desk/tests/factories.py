"""Cases in the demo community as the pages of the desk need them."""

from datetime import timedelta

from django.utils import timezone

from linli.apps.incidents.tests.factories import Walk, report, stored_photo

__all__ = ["COMMUNITY", "ELSEWHERE", "GRID", "Walk", "make_case", "stored_photo"]

COMMUNITY = "320105001001"
#: The one grid of the community: the grid worker's post.
GRID = "320105001001001"
#: Another community of the same street.
ELSEWHERE = "320105001004"


def make_case(ago: timedelta = timedelta(minutes=30), **given) -> Walk:
    """A case reported half an hour ago, ready to be moved on."""
    at = timezone.now() - ago
    return Walk(report(now=at, **given).case, at)

"""The photos of one form, kept while the form comes back with questions: a browser never refills a file input."""

from collections.abc import Sequence
from datetime import datetime

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from linli.foundation.accounts.actors import Actor
from linli.foundation.files import actions as files
from linli.foundation.files.models import StoredFile
from linli.lib.errors import Refusal
from linli.sites.portal import marks

KEPT = "kept_photos"
DROP = "drop_photo"


class Tray:
    """The photos that a form has so far: those received before (by a signed mark) and those of this request.

    `refusal` says why the newest ones could not be taken; those received before stay.
    """

    def __init__(self, purpose: str, stored: Sequence[StoredFile] = (), refusal: Refusal | None = None) -> None:
        self.purpose = purpose
        self.stored = tuple(stored)
        self.refusal = refusal

    @classmethod
    def read(cls, request: HttpRequest, purpose: str, *, by: Actor, now: datetime) -> "Tray":
        """Take in what the request brings. No statement when there are no photos."""
        ids = marks.read_photos(request.POST.get(KEPT, ""), purpose)
        dropped = set(request.POST.getlist(DROP))
        ids = [one for one in ids if str(one) not in dropped]
        found = {row.pk: row for row in StoredFile.objects.filter(pk__in=ids)} if ids else {}
        kept = [found[one] for one in ids if one in found]
        uploads = [upload for upload in request.FILES.getlist("photos") if upload.name]
        if not uploads:
            return cls(purpose, kept)
        if len(kept) + len(uploads) > files.MOST_PHOTOS:
            return cls(purpose, kept, files.TooManyPhotos())
        try:
            new = files.store_photos(uploads=uploads, by=by, now=now)
        except Refusal as refusal:
            return cls(purpose, kept, refusal)
        return cls(purpose, [*kept, *new])

    @property
    def status(self) -> int:
        """The status of a page that shows the refusal; 200 without one."""
        return self.refusal.status if self.refusal else 200

    @property
    def error(self) -> str:
        """Why the newest photos were not taken, for the form."""
        return str(self.refusal) if self.refusal else ""

    @property
    def mark(self) -> str:
        """The value of the hidden field that keeps the photos for the next try."""
        return marks.photos([one.pk for one in self.stored], self.purpose)

    @property
    def room(self) -> int:
        """How many more photos fit."""
        return files.MOST_PHOTOS - len(self.stored)

    @property
    def previews(self) -> list[dict[str, str]]:
        """What was received, small, for the form."""
        return [
            {
                "id": str(one.pk),
                "url": reverse("portal:kept_photo", args=[marks.photo(one.pk)]),
                "alt": _("Photo %(n)s of this report") % {"n": position},
            }
            for position, one in enumerate(self.stored, start=1)
        ]

"""What a page carries signed through the browser, so that nobody can make one up: receipts, offers, kept photos."""

from collections.abc import Collection
from datetime import timedelta
from typing import Final, Literal
from uuid import UUID

from django.core import signing

#: A receipt shows the tracking code, so its address is good only while one looks at it.
RECEIPT_LIVES: Final = timedelta(minutes=30)
OFFER_LIVES: Final = timedelta(hours=24)
#: Photos that no case links are swept away after a day (linli.foundation.files).
PHOTOS_LIVE: Final = timedelta(hours=20)

_RECEIPT: Final = "portal.receipt"
_OFFER: Final = "portal.offer"
_PHOTOS: Final = "portal.photos"
_PHOTO: Final = "portal.photo"


def receipt(number: str) -> str:
    """The mark that opens the receipt of this case for half an hour."""
    return signing.TimestampSigner(salt=_RECEIPT).sign(number).partition(":")[2]


def read_receipt(number: str, mark: str) -> Literal["good", "over", "forged"]:
    """Whether the mark belongs to this number: good, its time is over, or made up."""
    return _read(f"{number}:{mark}", _RECEIPT, RECEIPT_LIVES)


def offer(number: str) -> str:
    """The mark that proves that this case was offered to join, so that nobody looks into cases by counting up."""
    return signing.TimestampSigner(salt=_OFFER).sign(number).partition(":")[2]


def is_offered(number: str, mark: str) -> bool:
    """Whether this case was offered to whoever holds the mark, within the last day."""
    return _read(f"{number}:{mark}", _OFFER, OFFER_LIVES) == "good"


def _read(signed: str, salt: str, lives: timedelta) -> Literal["good", "over", "forged"]:
    try:
        signing.TimestampSigner(salt=salt).unsign(signed, max_age=lives)
    except signing.SignatureExpired:
        return "over"
    except signing.BadSignature:
        return "forged"
    return "good"


def photos(ids: Collection[UUID], purpose: str) -> str:
    """The mark that keeps these photos for the form `purpose`; "" for none."""
    return signing.dumps([str(one) for one in ids], salt=f"{_PHOTOS}:{purpose}", compress=True) if ids else ""


def read_photos(mark: str, purpose: str) -> list[UUID]:
    """The photos that the mark keeps for this form; none when it is made up, too old or of another form."""
    if not mark:
        return []
    try:
        ids = signing.loads(mark, salt=f"{_PHOTOS}:{purpose}", max_age=PHOTOS_LIVE)
    except signing.BadSignature:
        return []
    return [UUID(one) for one in ids]


def photo(photo_id: UUID) -> str:
    """The mark by which the sender of a photo sees it small, before any case links it."""
    return signing.dumps(str(photo_id), salt=_PHOTO)


def read_photo(mark: str) -> UUID | None:
    """The photo of a mark, None for a mark that is made up or too old."""
    try:
        return UUID(signing.loads(mark, salt=_PHOTO, max_age=PHOTOS_LIVE))
    except signing.BadSignature:
        return None

"""What communities are told about the forms that they give."""

from datetime import datetime

from linli.apps.admission import news
from linli.foundation.notifications import actions as notifications
from linli.foundation.notifications.actions import News
from linli.insight.forms.models import CommunityForm


def tell_community(form: CommunityForm, words: str, now: datetime, key: str, **values: str) -> None:
    """A message to the community of a form. No personal data."""
    text = words % {"title": form.asked.handing.title, **values}
    notifications.notify_many(
        news=[
            News(to_user_id=one, text=text, subject_kind="form", subject_id=str(form.pk),
                 link_path=f"/forms/communities/{form.pk}/", collision_key=key)
            for one in news.community([form.area_id], now).get(form.area_id, [])
        ],
        now=now,
    )  # fmt: skip

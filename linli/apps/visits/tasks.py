"""What the clock does for visits: one message a morning to each worker whose high-risk people wait too long."""

from datetime import datetime, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from linli.apps.visits.care import Risk
from linli.apps.visits.models import Assignment
from linli.apps.visits.queries import due_of_worker
from linli.foundation.accounts.actors import actor_for
from linli.foundation.accounts.models import Post
from linli.foundation.jobs.schedule import periodic
from linli.foundation.notifications.actions import News, notify_many

MORNING = range(7, 10)  # hours in China
TEXT = _("{n} of your high-risk people wait for a visit that is late. They stand first on today's list.")


@periodic(every=timedelta(hours=1), name="visits.remind")
def remind(now: datetime) -> str:
    """Tell each worker once a morning how many of their high-risk people are overdue; nobody is told of none."""
    if timezone.localtime(now).hour not in MORNING:
        return ""
    today = timezone.localdate(now)
    holding = Assignment.objects.on(today).values("post_id")
    posts = Post.objects.active(today).filter(Q(pk__in=holding), user__is_active=True).select_related("user")
    news = []
    for post in posts.order_by("pk").iterator(chunk_size=200):
        lines = due_of_worker(actor_for(post.user, post), today)
        n = sum(1 for line in lines if line.late_days and line.care is not None and line.care.risk == Risk.HIGH)
        if n:
            news.append(
                News(
                    text=format_lazy(TEXT, n=n),
                    to_user_id=post.user_id,
                    language=post.user.language,
                    subject_kind="visits",
                    subject_id=str(today),
                    link_path=reverse("visits:today"),
                    collision_key=f"visits.remind:{post.pk}:{today}",
                )
            )
    notify_many(news=news, now=now)
    return f"told {len(news)}" if news else ""

"""What every page knows of the person in front of it. No queries: the middleware has asked already."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from linli.foundation.accounts.actors import ANONYMOUS, Actor
from linli.foundation.accounts.middleware import idle_time
from linli.foundation.accounts.models import Post
from linli.foundation.accounts.queries import post_label


def actor(request: HttpRequest) -> dict[str, object]:
    """`actor`, `posts` and, when somebody is signed in, `account` (for the menu), `storage_owner`, `session_idle`.

    None of them is a word that a page uses for its own subject: a page about a person hid who had signed in.

    `session_idle` has `seconds` and `url` for `{% session_warning session_idle.seconds session_idle.url %}`.
    """
    who: Actor = getattr(request, "actor", ANONYMOUS)
    posts: list[Post] = getattr(request, "posts", [])
    if not who.is_signed_in:
        return {"actor": who, "posts": posts, "storage_owner": ""}
    rows = [{"value": post.pk, "label": post_label(post), "current": post.pk == who.post_id} for post in posts]
    current = next((row["label"] for row in rows if row["current"]), "")
    account = {
        "name": who.name,
        "post": current,
        "posts": rows if len(rows) > 1 else [],
        "switch_url": reverse("accounts:post"),
        "profile_url": reverse("accounts:me"),
        "sign_out_url": reverse("accounts:sign_out"),
    }
    idle = {"seconds": int(idle_time(timezone.now()).total_seconds()), "url": reverse("accounts:alive")}
    return {
        "actor": who,
        "posts": posts,
        "account": account,
        "storage_owner": str(who.user_id),
        "session_idle": idle,
    }

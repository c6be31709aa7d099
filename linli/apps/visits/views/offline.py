"""The service worker: a script of its own address, so that it may look after /visits/ and nothing else."""

from functools import lru_cache
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from linli.foundation.accounts.access import public

SCRIPT = Path(__file__).resolve().parent.parent / "static" / "visits" / "sw.js"


@lru_cache(maxsize=1)
def _script() -> str:
    return SCRIPT.read_text(encoding="utf-8")


@public
@never_cache
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The script. Public: a browser looks for a newer one without signing in, and it holds no data."""
    return HttpResponse(_script(), content_type="text/javascript; charset=utf-8")

"""The pages of accounts, with a view of each kind of access beside them."""

from django.http import HttpResponse
from django.urls import include, path
from django.views.i18n import set_language

from linli.foundation.accounts.access import mark, public, requires, resident_only, signed_in
from linli.foundation.accounts.actions import WrongSignIn
from linli.foundation.accounts.roles import Permission


def plain(request):
    return HttpResponse(f"{request.actor.role or 'nobody'} {request.actor.area_id}")


def _copy(view, name):
    def copied(request):
        return view(request)

    copied.__name__ = name
    return copied


def refused(request):
    raise WrongSignIn


open_page = public(_copy(plain, "open_page"))
inside = signed_in(_copy(plain, "inside"))
for_residents = resident_only(_copy(plain, "for_residents"))
cases = requires(Permission.CASE_READ)(_copy(plain, "cases"))
accounts = requires(Permission.ACCOUNTS_MANAGE)(_copy(plain, "accounts"))

urlpatterns = [
    path("accounts/", include("linli.foundation.accounts.urls")),
    path("ui/", include("linli.ui.urls")),
    path("i18n/", mark(set_language, "public"), name="set_language"),
    path("open/", open_page),
    path("inside/", inside),
    path("residents/", for_residents),
    path("cases/", cases),
    path("manage/", accounts),
    path("api-like/", mark(_copy(plain, "api_like"), "api")),
    path("forgotten/", plain, name="forgotten"),
]

"""Signing in and out, and what people keep about themselves. Every page works without JavaScript."""

from datetime import datetime

import segno
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME, login, logout, update_session_auth_hash
from django.forms import Form
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from linli.foundation import vault
from linli.foundation.accounts import actions, demo, forms
from linli.foundation.accounts.access import even_with_old_password, public, signed_in
from linli.foundation.accounts.actions import second_step as steps
from linli.foundation.accounts.client import ip_of
from linli.foundation.accounts.http import ActorRequest, user_of
from linli.foundation.accounts.middleware import BEGAN_KEY, POST_KEY, SEEN_KEY
from linli.foundation.accounts.models import Totp, User
from linli.foundation.accounts.passwords import DEMO_PASSWORD, is_expired
from linli.foundation.audit.actions import record
from linli.lib.chinese import mask_phone
from linli.lib.errors import Refusal, TooMany
from linli.ui.toasts import toast

BACKEND = "django.contrib.auth.backends.ModelBackend"
PENDING_KEY = "second_step"
PENDING_SECONDS = 300
CODE_KEY = "phone_code"

page = require_http_methods(["GET", "HEAD", "POST"])


@public
@never_cache
@sensitive_post_parameters("password")
@page
def sign_in(request: ActorRequest) -> HttpResponse:
    """Name and password."""
    form = forms.SignInForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            now = timezone.now()
            try:
                user = actions.check_password(**form.cleaned_data, ip=ip_of(request), now=now)
            except Refusal as refusal:
                status = _show(form, refusal)
            else:
                return _let_in(request, user, now)
    accounts = demo.DEMO_USERS if settings.LINLI_DEMO else ()
    context = {"form": form, "next": _next(request), "demo_users": accounts, "demo_password": DEMO_PASSWORD}
    return TemplateResponse(request, "accounts/sign_in.html", context, status=status)


@public
@never_cache
@page
def second_step(request: ActorRequest) -> HttpResponse:
    """The code from the phone app, after the right password."""
    now = timezone.now()
    user = _pending(request, now)
    if user is None:
        return redirect(_with_next("accounts:sign_in", request))
    form = forms.SecondStepForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                steps.check(user=user, code=form.cleaned_data["code"], ip=ip_of(request), now=now)
            except Refusal as refusal:
                status = _show(form, refusal, "code")
            else:
                return _enter(request, user, now)
    return TemplateResponse(request, "accounts/second_step.html", {"form": form, "next": _next(request)}, status=status)


@public
@even_with_old_password
@require_POST
def sign_out(request: ActorRequest) -> HttpResponse:
    """Leave. Harmless when nobody is signed in."""
    if request.actor.is_signed_in:
        record(by=request.actor, action="sign_out", ip=ip_of(request), now=timezone.now())
    home = _home_of(request.actor.is_resident)
    logout(request)
    return redirect(home if request.POST.get("to") == "home" else reverse("accounts:sign_in"))


@public
@never_cache
@page
def phone(request: ActorRequest) -> HttpResponse:
    """A resident asks for a code."""
    form = forms.PhoneForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                sent = actions.send_code(phone=form.cleaned_data["phone"], ip=ip_of(request), now=timezone.now())
            except Refusal as refusal:
                status = _show(form, refusal, "phone")
            else:
                shown = sent.code if settings.LINLI_DEMO else ""
                request.session[CODE_KEY] = {"index": sent.phone_index, "phone": sent.phone_masked, "code": shown}
                return redirect(_with_next("accounts:code", request))
    return TemplateResponse(request, "accounts/phone.html", {"form": form, "next": _next(request)}, status=status)


@public
@never_cache
@page
def code(request: ActorRequest) -> HttpResponse:
    """The resident types the code that came."""
    sent = request.session.get(CODE_KEY)
    if not sent:
        return redirect(_with_next("accounts:phone", request))
    form = forms.PhoneCodeForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            now = timezone.now()
            typed = form.cleaned_data["code"]
            try:
                user = actions.check_code(phone_index=sent["index"], code=typed, ip=ip_of(request), now=now)
            except Refusal as refusal:
                status = _show(form, refusal, "code")
            else:
                return _enter(request, user, now)
    context = {"form": form, "sent": sent, "next": _next(request)}
    return TemplateResponse(request, "accounts/code.html", context, status=status)


@signed_in
@never_cache
@require_GET
def me(request: ActorRequest) -> TemplateResponse:
    """Who I am here, in which posts, and how I like it."""
    user = user_of(request)
    context = {
        "me": user,
        "phone": mask_phone(vault.unseal(user.phone_sealed, vault.PHONE)),
        "post_form": forms.PostForm(request.posts, initial={"post": request.actor.post_id}),
        "second_step_on": actions.needs_second_step(user),
        "keys_off": request.COOKIES.get("linli_keys") == "off",
        **_frame(request),
    }
    return TemplateResponse(request, "accounts/me.html", context)


@signed_in
@never_cache
@page
def post(request: ActorRequest) -> HttpResponse:
    """Choose under which post to act; rights never add up over posts."""
    form = forms.PostForm(request.posts, request.POST or None, initial={"post": request.actor.post_id})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            chosen = form.cleaned_data["post"]
            if chosen != request.actor.post_id:
                request.session[POST_KEY] = chosen
                data = {"from": request.actor.post_id, "to": chosen}
                record(by=request.actor, action="post.chosen", data=data, ip=ip_of(request), now=timezone.now())
            return redirect(_next(request) or _home_of(request.actor.is_resident))
    context = {"form": form, "next": _next(request), **_frame(request)}
    return TemplateResponse(request, "accounts/post.html", context, status=status)


@signed_in
@even_with_old_password
@never_cache
@sensitive_post_parameters("old", "new", "again")
@page
def password(request: ActorRequest) -> HttpResponse:
    """Change the password; the only page open to those whose password is too old."""
    user = user_of(request)
    if user.kind != User.Kind.STAFF:
        return redirect("accounts:me")
    now = timezone.now()
    form = forms.PasswordForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            old, new = form.cleaned_data["old"], form.cleaned_data["new"]
            try:
                actions.change_password(user=user, old=old, new=new, ip=ip_of(request), now=now)
            except Refusal as refusal:
                status = _show(form, refusal)
            else:
                update_session_auth_hash(request, user)
                toast(request, _("Your password is changed. Other devices were signed out."))
                return redirect(_next(request) or reverse("accounts:me"))
    context = {"form": form, "must": is_expired(user, now), **_frame(request)}
    return TemplateResponse(request, "accounts/password.html", context, status=status)


@signed_in
@never_cache
@sensitive_post_parameters("password")
@page
def totp(request: ActorRequest) -> HttpResponse:
    """Set the second step up with a picture for the phone app, or switch it off with the password."""
    user = user_of(request)
    if user.kind != User.Kind.STAFF:
        return redirect("accounts:me")
    if actions.needs_second_step(user):
        return _totp_off(request, user)
    form = forms.SecondStepForm(request.POST or None)
    form.fields["code"].help_text = _("Six digits from the app.")
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                codes = steps.confirm(user=user, code=form.cleaned_data["code"], ip=ip_of(request), now=timezone.now())
            except Refusal as refusal:
                status = _show(form, refusal, "code")
            else:
                shown = {"codes": codes, **_frame(request)}
                return TemplateResponse(request, "accounts/recovery.html", shown)
    setup = steps.setup_of(user)
    context: dict[str, object] = {
        "form": form,
        "qr": _qr(setup),
        "secret": steps.secret_of(setup),
        **_frame(request),
    }
    return TemplateResponse(request, "accounts/totp.html", context, status=status)


@signed_in
@require_POST
def elsewhere(request: ActorRequest) -> HttpResponse:
    """Sign out every other device."""
    user = user_of(request)
    actions.sign_out_elsewhere(user=user, ip=ip_of(request), now=timezone.now())
    update_session_auth_hash(request, user)
    toast(request, _("All other devices were signed out."))
    return redirect("accounts:me")


@signed_in
@even_with_old_password
@never_cache
@require_GET
def alive(request: ActorRequest) -> HttpResponse:
    """The person is still here: idle time starts again."""
    request.session[SEEN_KEY] = int(timezone.now().timestamp())
    return HttpResponse(status=204)


def _totp_off(request: ActorRequest, user: User) -> HttpResponse:
    form = forms.PresentPasswordForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            now = timezone.now()
            try:
                actions.check_present_password(
                    user=user, typed=form.cleaned_data["password"], field="password", now=now
                )
            except Refusal as refusal:
                status = _show(form, refusal)
            else:
                steps.switch_off(user=user, ip=ip_of(request), now=now)
                toast(request, _("The second step is switched off."))
                return redirect("accounts:me")
    context = {"form": form, **_frame(request)}
    return TemplateResponse(request, "accounts/totp_off.html", context, status=status)


def _let_in(request: ActorRequest, user: User, now: datetime) -> HttpResponse:
    """After the right password: straight in, or on to the second step."""
    if not actions.needs_second_step(user):
        return _enter(request, user, now)
    request.session[PENDING_KEY] = {"user": user.pk, "at": int(now.timestamp())}
    return redirect(_with_next("accounts:second_step", request))


def _pending(request: ActorRequest, now: datetime) -> User | None:
    """Who has given the right password less than five minutes ago and still owes the second step."""
    pending = request.session.get(PENDING_KEY)
    if not pending or now.timestamp() - pending["at"] > PENDING_SECONDS:
        return None
    known = Totp.objects.filter(user_id=pending["user"], confirmed_at__isnull=False, user__is_active=True)
    totp = known.select_related("user").first()
    return totp.user if totp else None


def _enter(request: ActorRequest, user: User, now: datetime) -> HttpResponse:
    """Begin the session and go where the person wanted to, by way of the choice of post when there are several."""
    target = _next(request)
    for key in (PENDING_KEY, CODE_KEY, POST_KEY):
        request.session.pop(key, None)
    login(request, user, backend=BACKEND)
    request.session[BEGAN_KEY] = int(now.timestamp())
    request.session[SEEN_KEY] = int(now.timestamp())
    actions.note_sign_in(user=user, ip=ip_of(request), language=get_language() or "", now=now)
    several = user.posts.active(timezone.localdate(now)).count() > 1
    if several:
        return HttpResponseRedirect(_address("accounts:post", target))
    return HttpResponseRedirect(target or _home_of(user.kind == User.Kind.RESIDENT))


def _show(form: Form, refusal: Refusal, field: str | None = None) -> int:
    """Put a refusal where it belongs on the form; returns the HTTP status."""
    if refusal.fields:
        for name, text in refusal.fields.items():
            form.add_error(name if name in form.fields else None, str(text))
    else:
        form.add_error(None if isinstance(refusal, TooMany) else field, str(refusal))
    return refusal.status


def _next(request: ActorRequest) -> str:
    """Where to go afterwards, if it is an address of ours; else ""."""
    wanted = request.POST.get(REDIRECT_FIELD_NAME) or request.GET.get(REDIRECT_FIELD_NAME) or ""
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if ours and len(wanted) < 2000 else ""


def _with_next(name: str, request: ActorRequest) -> str:
    return _address(name, _next(request))


def _address(name: str, target: str) -> str:
    return reverse(name) + (f"?{urlencode({REDIRECT_FIELD_NAME: target})}" if target else "")


def _home_of(resident: bool) -> str:
    """The start page: of residents, or of staff."""
    if resident:
        return str(getattr(settings, "LINLI_RESIDENT_HOME", "/"))
    return str(getattr(settings, "LINLI_STAFF_HOME", "/desk/"))


def _frame(request: ActorRequest) -> dict[str, object]:
    """The page around: the desk for staff, the portal with a way back for residents."""
    resident = request.actor.is_resident
    return {"base": "ui/base_portal.html" if resident else "ui/base_desk.html", "back_url": _home_of(resident)}


def _qr(setup: Totp) -> SafeString:
    """The picture the phone app reads: black on white in every theme, or cameras fail."""
    code = segno.make(steps.address_of(setup, "Linli"), micro=False)
    return SafeString(code.svg_inline(scale=5, border=4, dark="#000", light="#fff", title=_("Code for your phone app")))

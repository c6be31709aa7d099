"""Who works here, in which post and where, and what proves who somebody is.

`PERSONAL` names the fields that say something about a person: personal (masked outside its purpose), sensitive
(encrypted at rest or a blind index), secret (a hash or a sealed value that no screen shows).
"""

from datetime import date, datetime, timedelta
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from linli.foundation import vault
from linli.foundation.accounts.roles import POST_ROLES


class UserManager(BaseUserManager["User"]):
    """Finds users by their stable name."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """The user with this name, whatever the case it is typed in."""
        return self.get(username=(username or "").lower())


class User(AbstractBaseUser):
    """A person who can sign in: staff by name and password, residents by phone code.

    `username` is stable, lower case, and never shown to residents (theirs is made up). `phone_index` is the blind
    index that finds a phone; it is unique for each kind, so that a phone code never opens a staff account.
    """

    class Kind(models.TextChoices):
        STAFF = "staff", _("staff")
        RESIDENT = "resident", _("resident")

    username = models.CharField(_("user name"), max_length=64, unique=True)
    name = models.CharField(_("name"), max_length=60, blank=True)
    phone_sealed = models.TextField(blank=True)
    # Null, not empty: the constraint below lets many people be without a phone.
    phone_index = models.CharField(max_length=64, null=True, blank=True)  # noqa: DJ001
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.STAFF)
    is_active = models.BooleanField(_("active"), default=True)
    password_changed_at = models.DateTimeField(null=True, blank=True)
    must_change_password = models.BooleanField(default=False)
    language = models.CharField(_("language"), max_length=10, blank=True)
    session_generation = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(null=True, blank=True)

    SEALED = {"phone_sealed": vault.PHONE}
    PERSONAL = {
        "name": "personal",
        "phone_sealed": "sensitive",
        "phone_index": "sensitive",
        "password": "secret",
        "username": "personal",
    }

    USERNAME_FIELD = "username"
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        verbose_name = _("user")
        constraints = [
            models.UniqueConstraint(fields=["kind", "phone_index"], name="accounts_phone_once"),
            models.CheckConstraint(
                condition=(Q(phone_index__isnull=True) & Q(phone_sealed="")) | Q(phone_index__isnull=False),
                name="accounts_phone_with_index",
            ),
        ]

    def __str__(self) -> str:
        return self.username

    def get_session_auth_hash(self) -> str:
        """What every session of this user must carry; a new password or a new generation ends the others."""
        return self._session_hash()

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        # Django calls this one for SECRET_KEY_FALLBACKS, after the operator has rotated the signing key.
        return self._session_hash(secret)

    def _session_hash(self, secret: str | None = None) -> str:
        mark = f"{self.password}:{self.session_generation}"
        return salted_hmac("linli.accounts.session", mark, secret=secret, algorithm="sha256").hexdigest()


class Unit(models.Model):
    """An office, department, property company or social organisation. `phone` is its public number.

    No personal data.
    """

    class Kind(models.TextChoices):
        COMMUNITY_OFFICE = "community_office", _("community office")
        STREET_OFFICE = "street_office", _("street office")
        DEPARTMENT = "department", _("department")
        PROPERTY = "property", _("property company")
        SOCIAL_ORG = "social_org", _("social organisation")
        OTHER = "other", _("other")

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    area = models.ForeignKey("areas.Area", verbose_name=_("area"), on_delete=models.PROTECT, related_name="+")
    phone = models.CharField(_("public phone"), max_length=40, blank=True)
    parent = models.ForeignKey(
        "self", verbose_name=_("part of"), null=True, blank=True, on_delete=models.PROTECT, related_name="parts"
    )

    class Meta:
        verbose_name = _("unit")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class PostQuerySet(models.QuerySet["Post"]):
    def active(self, on: date) -> "PostQuerySet":
        """Posts held on this day; the last day counts."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on), starts_on__lte=on)


class Post(models.Model):
    """任职: somebody holds a role in an area, for a unit, between two days (both included).

    No personal data of its own.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="posts")
    role = models.CharField(_("role"), max_length=30, choices=[(role.code, role.name) for role in POST_ROLES])
    area = models.ForeignKey("areas.Area", verbose_name=_("area"), on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(
        Unit, verbose_name=_("unit"), null=True, blank=True, on_delete=models.PROTECT, related_name="posts"
    )
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"), null=True, blank=True)

    objects: ClassVar[models.Manager["Post"]] = PostQuerySet.as_manager()

    class Meta:
        verbose_name = _("post")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="accounts_post_ends_after_start",
            ),
            models.UniqueConstraint(fields=["user", "role", "area", "starts_on"], name="accounts_post_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} {self.area_id}"


class TeamMember(models.Model):
    """One of the 3+N of a grid (domain.md S5-15)."""

    PERSONAL = {"name": "personal", "phone_sealed": "sensitive"}
    SEALED = {"phone_sealed": vault.PHONE}

    class Part(models.TextChoices):
        LEAD = "lead", _("person in charge of the grid")
        HEAD = "head", _("grid head")
        WORKER = "worker", _("grid worker")
        POLICE = "police", _("community police officer")
        ENFORCEMENT = "enforcement", _("law enforcement officer")
        PROPERTY = "property", _("property company staff")
        PARTY_MEMBER = "party_member", _("party member of the community")
        BACKBONE = "backbone", _("active resident")
        VOLUNTEER = "volunteer", _("volunteer grid worker")

    area = models.ForeignKey("areas.Area", verbose_name=_("grid"), on_delete=models.PROTECT, related_name="+")
    part = models.CharField(_("part"), max_length=20, choices=Part.choices)
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=60)
    phone_sealed = models.TextField(blank=True)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"), null=True, blank=True)

    class Meta:
        verbose_name = _("team member")
        ordering = ["area_id", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="accounts_team_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.area_id} {self.part}"


class PastPassword(models.Model):
    """A password that may not be used again yet (domain.md §14: history of five)."""

    PERSONAL = {"password": "secret"}

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="past_passwords")
    password = models.CharField(max_length=128)
    replaced_at = models.DateTimeField()


class SignInAttempt(models.Model):
    """Failures counted against one subject: a user name, a network address, a second step, a phone.

    Guesses are counted before they are checked, so parallel guesses cannot outrun the limit. `subject` is a
    keyed hash for names and phones, so that the table does not list who lives here. No personal data in the clear.
    """

    subject = models.CharField(max_length=80, unique=True)
    failures = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField(null=True, blank=True)
    locked_until = models.DateTimeField(null=True, blank=True)

    def locked_for(self, now: datetime) -> timedelta:
        """How much longer the subject is refused; zero when it is not."""
        if self.locked_until is None:
            return timedelta(0)
        return max(self.locked_until - now, timedelta(0))


class PhoneCode(models.Model):
    """A code sent to a resident's phone."""

    PERSONAL = {"phone_index": "sensitive", "phone_sealed": "sensitive", "code_hash": "secret", "ip": "personal"}
    SEALED = {"phone_sealed": vault.PHONE}

    phone_index = models.CharField(max_length=64)
    phone_sealed = models.TextField()
    code_hash = models.CharField(max_length=64)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)
    ip = models.CharField(max_length=45, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["phone_index", "-sent_at"], name="accounts_code_by_phone"),
            models.Index(fields=["ip", "-sent_at"], name="accounts_code_by_ip"),
        ]


class Totp(models.Model):
    """The second step of a user (RFC 6238). `last_step` stops a code from being used twice."""

    PERSONAL = {"secret_sealed": "secret"}
    SEALED = {"secret_sealed": vault.TOTP}

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="totp")
    secret_sealed = models.TextField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    last_step = models.BigIntegerField(default=0)


class RecoveryCode(models.Model):
    """A one-time way in when the phone with the codes is lost: a hash of more than 50 random bits."""

    PERSONAL = {"code_hash": "secret"}

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recovery_codes")
    code_hash = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "code_hash"], name="accounts_recovery_once")]


class ApiToken(models.Model):
    """A key for programs: one post, some of its permissions, until a day. Only a hash of it is kept."""

    PERSONAL = {"secret_hash": "secret"}

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=100)
    prefix = models.CharField(max_length=12, unique=True)
    secret_hash = models.CharField(max_length=64)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("API token")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.prefix} {self.name}"

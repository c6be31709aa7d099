"""Who stands beside a person (关系人): guardian, spouse, parents, children, carers, landlord."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from linli.foundation import vault
from linli.foundation.accounts.models import Post
from linli.foundation.imports.models import Batch
from linli.register.people.models.person import Person


class ContactQuerySet(models.QuerySet["Contact"]):
    def on(self, day: date) -> "ContactQuerySet":
        """Those in force on a day."""
        return self.filter(Q(until__isnull=True) | Q(until__gt=day), Q(since__isnull=True) | Q(since__lte=day))

    def open(self) -> "ContactQuerySet":
        """Those in force, as far as anybody has told."""
        return self.filter(until__isnull=True)

    def with_known(self) -> "ContactQuerySet":
        """With `known_id`: who in the register of the same district has this number; None where nobody has."""
        same = Person.objects.filter(
            district_id=OuterRef("person__district_id"), identity_index=OuterRef("identity_index")
        )
        return self.annotate(known_id=Subquery(same.values("pk")[:1]))  # type: ignore[no-redef]


class Contact(models.Model):
    """关系人: somebody who stands beside a person: name, phone and number are theirs, never the person's own.

    `relation` says in words what they are to the person (母亲). A row is never changed: what is corrected ends it and
    adds another, so that the page can tell who was the guardian on any day. `since` is None where nobody told since
    when, `until` is the first day on which it no longer holds. Who of the register it is follows from the number each
    time it is asked (`with_known`): people are entered later, and numbers corrected.
    The emergency contact stands at the person (`Person.other_contact`).
    """

    class Kind(models.TextChoices):
        GUARDIAN = "guardian", _("guardian")
        SPOUSE = "spouse", _("spouse")
        FATHER = "father", _("father")
        MOTHER = "mother", _("mother")
        PARENT = "parent", _("parents")
        CHILD = "child", _("son or daughter")
        CARER = "carer", _("carer")
        SUPPORTER = "supporter", _("who must support them")
        RELATIVE = "relative", _("other relative")
        LANDLORD = "landlord", _("landlord")
        TENANT = "tenant", _("tenant")

    #: Kinds of which somebody has one at a time: another takes the place of the one before.
    ONE_AT_A_TIME = frozenset({Kind.GUARDIAN, Kind.SPOUSE, Kind.FATHER, Kind.MOTHER, Kind.LANDLORD})

    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="contacts", db_index=False)
    kind = models.CharField(_("who it is"), max_length=10, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=60, blank=True)
    relation = models.CharField(_("relation in words"), max_length=30, blank=True)
    phone_sealed = models.TextField(blank=True)
    phone_index = models.CharField(max_length=64, blank=True)
    identity_sealed = models.TextField(blank=True)
    identity_index = models.CharField(max_length=64, blank=True)
    since = models.DateField(_("since"), null=True, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)
    ended_because = models.CharField(_("ended because"), max_length=200, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    recorded_post = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    batch = models.ForeignKey(Batch, null=True, blank=True, on_delete=models.PROTECT, related_name="contacts")
    # The batch that ended it, so that undoing that batch opens it again.
    ended_batch = models.ForeignKey(Batch, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    #: Who of the register it is: only of rows read `with_known`.
    known_id: int | None

    SEALED = {"phone_sealed": vault.PHONE, "identity_sealed": vault.IDENTITY}
    PERSONAL = {
        "name": "personal",
        "relation": "personal",
        "phone_sealed": "sensitive",
        "phone_index": "sensitive",
        "identity_sealed": "sensitive",
        "identity_index": "sensitive",
        "ended_because": "personal",
    }

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("related person")
        indexes = [
            models.Index(fields=["person", "kind"], name="people_contact_person"),
            # Who is named by this number: for the copy that somebody gets of what is held about them.
            models.Index(fields=["identity_index"], condition=~Q(identity_index=""), name="people_contact_identity"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(name="") | ~Q(phone_sealed="") | ~Q(identity_sealed=""),
                name="people_contact_says_somebody",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(since__isnull=True) | Q(until__gte=F("since")),
                name="people_contact_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.person_id}"

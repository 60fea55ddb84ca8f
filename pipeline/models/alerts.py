"""Who is to be told of which contact, and how each user wishes it."""

from datetime import time
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, AccountModel, User
from base.references import reference
from contacts.models import Contact


class Wish(AccountModel):
    """How a user wishes to be told of contacts (Benachrichtigungen), and when it happens next.

    A user without one gets what the defaults say. The row is the job: `mail_at` and `push_at` say when something is to
    be sent, and whoever sends holds its lock.
    """

    class Mail(models.TextChoices):
        AT_ONCE = "at_once", _("Sofort")
        GATHERED = "gathered", _("Gesammelt, jede Viertelstunde")
        NONE = "none", _("Keine E-Mail")

    class Leads(models.TextChoices):
        OWN = "own", _("Nur von meinen und von nicht zugewiesenen")
        ALL = "all", _("Von allen, die ich sehen darf")

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="wish", db_constraint=False)
    mail = models.CharField(max_length=10, choices=Mail, default=Mail.GATHERED)
    leads = models.CharField(max_length=10, choices=Leads, default=Leads.OWN)
    # On the clock of the office; over midnight if it ends before it begins. Both or neither.
    quiet_from = models.TimeField(null=True, default=time(20))
    quiet_until = models.TimeField(null=True, default=time(7))
    mail_at = models.DateTimeField(null=True, editable=False)
    push_at = models.DateTimeField(null=True, editable=False)
    mailed_at = models.DateTimeField(null=True, editable=False)  # when the last one was sent
    pushed_at = models.DateTimeField(null=True, editable=False)
    failures = models.PositiveIntegerField(default=0, editable=False)  # of the mail server, in a row

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(mail__in=["at_once", "gathered", "none"]), name="wish_mail_known"),
            models.CheckConstraint(condition=Q(leads__in=["own", "all"]), name="wish_leads_known"),
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_until=None) | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="wish_quiet_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["mail_at"], condition=Q(mail_at__isnull=False), name="wish_mail_due"),
            models.Index(fields=["push_at"], condition=Q(push_at__isnull=False), name="wish_push_due"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.mail}"


class Alert(AccountModel):
    """A contact that somebody is still to be told of (Benachrichtigung). The row goes as soon as it is sent."""

    class Why(models.TextChoices):
        NEW = "new", _("neu")
        AGAIN = "again", _("erneut angefragt")
        WAITING = "waiting", _("wartet auf eine erste Antwort")
        ASSIGNED = "assigned", _("Ihnen zugewiesen")

    user = reference(User, models.CASCADE)
    contact = reference(Contact, models.CASCADE)
    why = models.CharField(max_length=10, choices=Why)
    at = models.DateTimeField()
    by_mail = models.BooleanField()
    by_push = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "contact"], name="alert_once"),
            models.CheckConstraint(
                condition=Q(why__in=["new", "again", "waiting", "assigned"]), name="alert_why_known"
            ),
        ]
        indexes = [models.Index(fields=["contact"], name="alert_of_contact")]

    def __str__(self) -> str:
        return f"{self.contact_id} for {self.user_id}: {self.why}"


class Subscription(AccountModel):
    """A browser in which a user wishes web push (Gerät). It belongs to whoever switched it on last."""

    account = models.ForeignKey(Account, models.CASCADE, db_index=False, db_constraint=False)
    user = reference(User, models.CASCADE)
    digest = models.CharField(max_length=64, unique=True)  # of its address at the vendor
    sealed = models.TextField()  # address and keys: whoever knows the address could send to it
    name = models.CharField(max_length=60)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)  # when something is to be sent to it
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["user"], name="subscription_of_user"),
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="subscription_due"),
        ]

    def __str__(self) -> str:
        return f"{self.pk}: {self.name}"


class PushKey(models.Model):
    """The installation's key for web push: one row, made when it is first needed."""

    objects: Any = models.Manager()

    id = models.SmallIntegerField(primary_key=True, default=1)
    sealed = models.TextField()
    public = models.CharField(max_length=100)  # as browsers want it: base64url of the uncompressed point
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="push_key_is_one")]

    def __str__(self) -> str:
        return self.public

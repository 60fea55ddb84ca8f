"""Suppressed addresses, double opt-ins, and the worker's heartbeat."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, AccountModel, User
from base.references import reference
from contacts.models import Contact


class SuppressionReason(models.TextChoices):
    """Why an address is suppressed."""

    UNSUBSCRIBED = "unsubscribed", _("abgemeldet")
    OBJECTION = "objection", _("Werbewiderspruch")
    BOUNCE = "bounce", _("unzustellbar")
    COMPLAINT = "complaint", _("Beschwerde")
    DOUBT = "doubt", _("vermutlich ein Widerspruch, noch nicht entschieden")


class Suppression(AccountModel):
    """An address that is never mailed again (gesperrt), as a keyed hash that survives erasure and re-import."""

    account = models.ForeignKey(Account, models.CASCADE, db_index=False)
    address_hash = models.CharField(max_length=64)
    reason = models.CharField(max_length=20, choices=SuppressionReason)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "address_hash"], name="suppression_once")]

    def __str__(self) -> str:
        return f"{self.reason} ({self.account_id})"


class OptIn(AccountModel):
    """A double opt-in requested by mail (Bestätigungsmail). It expires unless confirmed within seven days."""

    contact = reference(Contact, models.CASCADE, related_name="opt_ins")
    address = models.CharField(max_length=254)  # lower case
    wording = models.TextField(max_length=2000)
    asked_at = models.DateTimeField()
    # Who requested it (null: the person did) and where: part of the evidence.
    asked_by = reference(User, null=True)
    asked_from = models.CharField(max_length=80, blank=True, db_default="", default="")
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["account", "address", "-asked_at"], name="opt_in_by_address")]

    def __str__(self) -> str:
        return f"{self.contact_id} {self.asked_at}"


class Pulse(models.Model):
    """When a sweep last completed: one row for the installation."""

    at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.at)

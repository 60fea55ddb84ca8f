"""What arrived."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, AccountModel
from base.references import reference
from contacts.models import Contact
from intake.models.inlets import Inlet


class Result(models.TextChoices):
    WAITING = "waiting", _("wird gelesen")
    ANNOUNCED = "announced", _("Antworten noch nicht abgeholt")
    NEW = "new", _("neuer Kontakt")
    AGAIN = "again", _("erneut angefragt")
    REPEATED = "repeated", _("schon da")  # the same thing sent once more, without effect
    TEST = "test", _("Test empfangen")
    UNREAD = "unread", _("nicht erkannt")
    REFUSED = "refused", _("nicht übernommen")
    DISCARDED = "discarded", _("verworfen")


TO_LOOK_AT = (Result.UNREAD, Result.REFUSED)


class Arrival(AccountModel):
    """One thing that arrived (Eingang): raw, as it was read, and what became of it.

    What speaks of several people is one row for each: the first has the raw text, the others name it as `bundle`, and
    all have it. With any of them the raw text goes.
    """

    who: str  # and what about, as a line of the tray says it; set by `tray`
    about: str

    account = models.ForeignKey(Account, models.CASCADE, db_index=False)
    inlet = reference(Inlet, models.CASCADE, related_name="arrivals")
    key = models.CharField(max_length=200)  # the same thing arrives once
    arrived_at = models.DateTimeField()
    content_type = models.CharField(max_length=200, blank=True)
    raw = models.BinaryField()
    size = models.PositiveIntegerField()  # of what arrived
    read = models.JSONField(null=True)  # a lead, as `Lead.as_json` writes it
    parser = models.CharField(max_length=60, blank=True)
    result = models.CharField(max_length=10, choices=Result, default=Result.WAITING)
    reason = models.CharField(max_length=500, blank=True)  # German; `gettext` translates it
    contact = models.ForeignKey(
        Contact, models.CASCADE, null=True, related_name="arrivals", db_index=False, db_constraint=False
    )
    bundle = models.BigIntegerField(null=True)
    # Whether users were told of the contact it became, by mail or push (`alerting`).
    is_told = models.BooleanField(default=False, db_default=False, editable=False)
    attempts = models.PositiveSmallIntegerField(default=1)
    due_at = models.DateTimeField()  # when the worker takes it, if it still waits or is only announced

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["inlet", "key"], name="arrival_key_once"),
            models.CheckConstraint(condition=models.Q(result__in=Result.values), name="arrival_result_known"),
        ]
        indexes = [
            models.Index(fields=["account", "id"], name="arrival_of_account"),
            models.Index(fields=["inlet", "id"], name="arrival_of_inlet"),
            models.Index(
                fields=["account"],
                condition=models.Q(result__in=["unread", "refused"]),
                name="arrival_for_people",
            ),
            models.Index(fields=["due_at"], condition=models.Q(result="waiting"), name="arrival_waiting"),
            models.Index(fields=["due_at"], condition=models.Q(result="announced"), name="arrival_announced"),
            models.Index(fields=["contact"], condition=models.Q(contact__isnull=False), name="arrival_of_contact"),
            models.Index(fields=["account"], condition=models.Q(contact__isnull=True), name="arrival_of_nobody"),
            models.Index(fields=["bundle"], condition=models.Q(bundle__isnull=False), name="arrival_in_bundle"),
            models.Index(
                fields=["id"],
                condition=models.Q(is_told=False, result__in=["new", "again"]),
                name="arrival_untold",
            ),
            BrinIndex(fields=["arrived_at"], name="arrival_by_age"),
        ]

    @property
    def is_open(self) -> bool:
        """Whether it waits for a person."""
        return self.result in TO_LOOK_AT

    def __str__(self) -> str:
        return f"{self.pk}: {self.result}"

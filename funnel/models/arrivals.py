"""What came to the mailbox that bounces and answers come back to. It belongs to the operator, not to an office."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Mailbox(models.Model):
    """A folder that is read, and how far."""

    name = models.CharField(max_length=300, unique=True)  # user@host/folder
    validity = models.BigIntegerField(default=0)  # UIDVALIDITY: numbers of mails count only with it (RFC 3501 2.3.1.1)
    next_uid = models.BigIntegerField(default=0)  # all below are read, or were there before we came
    # The mail at which the connection broke last, and how often in a row: it must not stop all others for ever.
    stumbling_uid = models.BigIntegerField(default=0)
    stumbles = models.PositiveSmallIntegerField(default=0)
    read_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class ArrivalFault(models.TextChoices):
    """Why it is set aside."""

    TOO_DEEP = "too_deep", _("zu tief verschachtelt")
    LONG_HEADER = "long_header", _("zu lange Kopfzeile")
    BAD_REFERENCE = "bad_reference", _("die Angabe, auf welche Mail sie sich bezieht, ist unlesbar")
    TOO_LONG = "too_long", _("das Lesen dauerte zu lange")
    UNREADABLE = "unreadable", _("beim Lesen trat ein Fehler auf")
    NOT_CARRIED_OUT = "not_carried_out", _("beim Ausführen trat ein Fehler auf")


class Arrival(models.Model):
    """A mail that was read, or set aside because it cannot be. Holds nothing of what it says."""

    mailbox = models.ForeignKey(Mailbox, models.CASCADE, related_name="arrivals", db_index=False)
    validity = models.BigIntegerField()
    uid = models.BigIntegerField()
    digest = models.CharField(max_length=64)  # of its bytes: known again when the server numbers its mails anew
    kind = models.CharField(max_length=20, blank=True)  # `classify.ReceivedKind`; "" for one that is set aside
    fault = models.CharField(max_length=20, choices=ArrivalFault, blank=True)
    at = models.DateTimeField()
    # The message that a person answered: the answer is to be passed on to whoever looks after the contact. 0: none.
    passes_to = models.BigIntegerField(default=0, db_default=0)
    passed_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)  # when the operator was told of the fault

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["mailbox", "validity", "uid"], name="arrival_once"),
        ]
        indexes = [
            models.Index(fields=["digest"], name="arrival_by_digest"),
            models.Index(
                fields=["mailbox"],
                condition=models.Q(passes_to__gt=0, passed_at=None),
                name="arrival_to_pass_on",
            ),
            models.Index(fields=["at"], condition=~models.Q(fault=""), name="arrival_set_aside"),
        ]

    def __str__(self) -> str:
        return f"{self.mailbox_id}/{self.uid}: {self.fault or self.kind}"

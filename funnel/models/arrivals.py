"""Mails received in the mailbox for bounces and replies. It belongs to the operator, not to an office."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Mailbox(models.Model):
    """An IMAP folder, and how far it has been read."""

    name = models.CharField(max_length=300, unique=True)  # user@host/folder
    validity = models.BigIntegerField(default=0)  # UIDVALIDITY, without which UIDs mean nothing (RFC 3501, 2.3.1.1)
    next_uid = models.BigIntegerField(default=0)  # everything below was read, or was there before we first connected
    # The mail at which the connection broke last, and how often in a row: it must not block the others for ever.
    failing_uid = models.BigIntegerField(default=0, db_column="stumbling_uid")
    failures = models.PositiveSmallIntegerField(default=0, db_column="stumbles")
    read_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class ArrivalFault(models.TextChoices):
    """Why a mail was quarantined."""

    TOO_DEEP = "too_deep", _("zu tief verschachtelt")
    LONG_HEADER = "long_header", _("zu lange Kopfzeile")
    BAD_REFERENCE = "bad_reference", _("die Angabe, auf welche Mail sie sich bezieht, ist unlesbar")
    TOO_LONG = "too_long", _("das Lesen dauerte zu lange")
    UNREADABLE = "unreadable", _("beim Lesen trat ein Fehler auf")
    NOT_CARRIED_OUT = "not_carried_out", _("beim Ausführen trat ein Fehler auf")


class Arrival(models.Model):
    """A mail that was processed, or quarantined because it could not be. Nothing of its content is stored."""

    mailbox = models.ForeignKey(Mailbox, models.CASCADE, related_name="arrivals", db_index=False)
    validity = models.BigIntegerField()
    uid = models.BigIntegerField()
    digest = models.CharField(
        max_length=64
    )  # SHA-256 of its bytes, to recognize it when the server renumbers its mails
    kind = models.CharField(max_length=20, blank=True)  # `classify.ReceivedKind`; "" for a quarantined mail
    fault = models.CharField(max_length=20, choices=ArrivalFault, blank=True)
    at = models.DateTimeField()
    # The message that a person replied to: the reply is forwarded to whoever looks after the contact. 0: none.
    passes_to = models.BigIntegerField(default=0, db_default=0)
    passed_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)  # when the operator was notified of the fault

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

"""Holds: sending stops because of a fault of our own, such as the connection, the login or a sender's reputation."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, AccountModel


class HoldKind(models.TextChoices):
    """The fault. Labels are written to end a sentence."""

    CONNECTION = "connection", _("der Mailserver ist nicht erreichbar")
    LOGIN = "login", _("der Mailserver nimmt die Anmeldung nicht an")
    CERTIFICATE = "certificate", _("die verschlüsselte Verbindung zum Mailserver kommt nicht zustande")
    UNANSWERED = "unanswered", _("der Mailserver bestätigt die Mails nicht, die er bekommt")
    BUSY = "busy", _("der Mailserver nimmt zurzeit nichts an")
    SENDER = "sender", _("die Absenderadresse wird nicht angenommen")
    BLOCKED = "blocked", _("der Mailserver steht auf einer Sperrliste")
    POLICY = "policy", _("die Mails werden als unerwünscht oder nicht echt abgelehnt")
    LIMIT = "limit", _("die Höchstzahl an Mails ist erreicht")


class Hold(AccountModel):
    """A period during which an office sends nothing (Versand steht).

    Without an account it concerns all offices that use the installation's mail server. Ended holds are kept, because
    the time they took does not count towards any mail's deadlines.
    """

    # Ignored: what is never None elsewhere may be here.
    account = models.ForeignKey(Account, models.CASCADE, null=True, db_index=False)  # type: ignore[assignment]
    kind = models.CharField(max_length=20, choices=HoldKind)
    answer = models.CharField(max_length=300, blank=True)  # the mail server's last answer
    since = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)  # trials that failed
    try_at = models.DateTimeField(null=True)  # the next trial; null: only when a person asks for one
    by_mail = models.BooleanField(default=False)  # tried with a mail instead of a connection
    ended_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)  # when the people concerned were notified

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(ended_at=None), nulls_distinct=False, name="hold_once"
            ),
        ]
        indexes = [models.Index(fields=["account", "ended_at"], name="hold_by_account")]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.kind}"

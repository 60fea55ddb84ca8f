"""When no mail leaves because of a fault of our own: of the line, the login, the sender's good name."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, AccountQuerySet


class HoldKind(models.TextChoices):
    """What is at fault, as the end of a sentence."""

    CONNECTION = "connection", _("der Mailserver ist nicht erreichbar")
    LOGIN = "login", _("der Mailserver nimmt die Anmeldung nicht an")
    CERTIFICATE = "certificate", _("die verschlüsselte Verbindung zum Mailserver kommt nicht zustande")
    UNANSWERED = "unanswered", _("der Mailserver bestätigt die Mails nicht, die er bekommt")
    BUSY = "busy", _("der Mailserver nimmt zurzeit nichts an")
    SENDER = "sender", _("die Absenderadresse wird nicht angenommen")
    BLOCKED = "blocked", _("der Mailserver steht auf einer Sperrliste")
    POLICY = "policy", _("die Mails werden als unerwünscht oder nicht echt abgelehnt")
    LIMIT = "limit", _("die Höchstzahl an Mails ist erreicht")


class Hold(models.Model):
    """The sending of an office is held (Versand steht); without an account that of all who use our own mail server.

    An ended one stays: the time it took counts for no mail.
    """

    account = models.ForeignKey(Account, models.CASCADE, null=True, db_index=False)
    kind = models.CharField(max_length=20, choices=HoldKind)
    answer = models.CharField(max_length=300, blank=True)  # what the mail server said last
    since = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)  # whether it is over yet
    try_at = models.DateTimeField(null=True)  # null: only when a person says so
    by_mail = models.BooleanField(default=False)  # only a mail that is taken shows that it is over, else a connection
    ended_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)  # when those concerned were mailed

    objects = AccountQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(ended_at=None), nulls_distinct=False, name="hold_once"
            ),
        ]
        indexes = [models.Index(fields=["account", "ended_at"], name="hold_by_account")]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.kind}"

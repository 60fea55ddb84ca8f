"""The mailboxes of offices."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import AccountModel
from base.references import reference
from intake.models.inlets import Inlet


class Postbox(AccountModel):
    """A mailbox of the office's own that is read over IMAP (Postfach), and how far it has been read.

    The inlet has its name, its sealed password, and whether it is on.
    """

    class State(models.TextChoices):
        TESTING = "testing", _("wird geprüft")
        WORKING = "working", _("verbunden")
        FAILING = "failing", _("keine Verbindung")

    inlet = reference(Inlet, models.CASCADE)
    host = models.CharField(_("Server"), max_length=253)
    port = models.PositiveIntegerField(_("Port"))
    user = models.CharField(_("Benutzername"), max_length=200)
    folder = models.CharField(_("Ordner"), max_length=200)
    state = models.CharField(max_length=10, choices=State, default=State.TESTING)
    version = models.PositiveIntegerField(default=1)  # counts connections: who reads an earlier one, stops
    connected_at = models.DateTimeField()  # older mails are not read
    validity = models.BigIntegerField(default=0)  # UIDVALIDITY, without which UIDs mean nothing; 0: not yet known
    next_uid = models.BigIntegerField(default=0)  # everything below was read, or was there before
    failures = models.PositiveIntegerField(default=0)  # in a row
    read_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["inlet"], name="postbox_of_inlet"),
            models.CheckConstraint(
                condition=models.Q(state__in=["testing", "working", "failing"]), name="postbox_state_known"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="postbox_due"),
            models.Index(fields=["account"], name="postbox_of_account"),
        ]

    def __str__(self) -> str:
        return f"{self.pk}: {self.state}"

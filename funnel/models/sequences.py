"""What is mailed: sequences and their steps."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, AccountModel
from base.references import reference


class Sequence(AccountModel):
    """The ordered mails bound to a system column (Serie). A column names the one it starts."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="sequences")
    name = models.CharField(max_length=80)
    is_on = models.BooleanField(_("Serie eingeschaltet"), default=True)  # off: none of its messages are claimed

    class Meta:
        constraints = [models.UniqueConstraint(fields=["id", "account"], name="sequence_of_account")]

    def __str__(self) -> str:
        return self.name


class Step(AccountModel):
    """One mail of a sequence (Schritt). Sent messages keep their text; removed steps are kept for their messages."""

    sequence = reference(Sequence, models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()  # 0 to n-1 among the steps that are not removed
    # Days after the previous step (the first one: after the start); with 0 it leaves as soon as possible.
    delay_days = models.PositiveSmallIntegerField(_("Tage danach"), default=0)
    send_at = models.TimeField(_("Uhrzeit"), null=True, blank=True)  # in the office's time zone; null: any time
    subject = models.CharField(_("Betreff"), max_length=150)
    body = models.TextField(_("Text"), max_length=20_000)  # Markdown with placeholders
    is_on = models.BooleanField(_("Schritt eingeschaltet"), default=True)
    removed_at = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)  # counts edits
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["id", "account"], name="step_of_account"),
            models.UniqueConstraint(
                fields=["sequence", "position"],
                condition=Q(removed_at=None),
                name="step_position_once",
            ),
        ]

    def __str__(self) -> str:
        return self.subject

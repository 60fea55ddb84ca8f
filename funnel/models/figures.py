"""Numbers of a large office's mails, counted in advance."""

from django.db import models

from accounts.models import Account, AccountModel


class Figures(AccountModel):
    """What the funnel's page shows of an office with many mails, as the worker counted it last (`funnel.figures`)."""

    account = models.OneToOneField(Account, models.CASCADE, primary_key=True, related_name="figures")
    counted_at = models.DateTimeField()
    counts = models.JSONField()

    def __str__(self) -> str:
        return f"{self.account_id} at {self.counted_at}"

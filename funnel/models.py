"""The e-mail funnel's side of a system column."""

from django.db import models

from accounts.models import Account, AccountQuerySet


class Sequence(models.Model):
    """The mails bound to a system column (Serie). A column names the one it starts; the funnel knows no columns."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="sequences")
    name = models.CharField(max_length=80)

    objects = AccountQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["id", "account"], name="sequence_of_account")]

    def __str__(self) -> str:
        return self.name

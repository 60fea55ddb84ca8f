"""How contacts came in: the form that entered one, and what an import made of each, with its way back."""

from django.db import models

from accounts.models import Account, AccountQuerySet
from contacts.models import Contact


class Intake(models.Model):
    """One sending of „Kontakt anlegen“: the same form with the same values is no second contact."""

    account = models.ForeignKey(Account, models.CASCADE, db_index=False, db_constraint=False)
    key = models.UUIDField()  # of the form and what was typed into it
    contact = models.ForeignKey(Contact, models.CASCADE, null=True, related_name="+", db_constraint=False)

    objects = AccountQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="intake_once")]

    def __str__(self) -> str:
        return str(self.key)


class Trace(models.Model):
    """What an import did to one contact. It is kept as long as the import can be taken back."""

    account = models.ForeignKey(Account, models.CASCADE, db_index=False, db_constraint=False)
    source = models.ForeignKey(
        "pipeline.Import", models.CASCADE, related_name="traces", db_index=False, db_constraint=False
    )
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="+", db_constraint=False)
    is_new = models.BooleanField()
    before = models.JSONField(default=dict)  # the fields that were changed, as they were
    after = models.JSONField(default=dict)  # and as they were written
    from_column = models.BigIntegerField(null=True)  # the column its card was moved out of; it may be gone
    kept = models.CharField(max_length=300, blank=True)  # why taking back left something as it is
    at = models.DateTimeField()

    objects = AccountQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "contact"], name="trace_once")]

    def __str__(self) -> str:
        return f"{self.contact_id} by {self.source_id}"

"""Where contacts come from: forms that were sent, and what imports did, so that they can be undone."""

from django.db import models

from accounts.models import Account, AccountQuerySet
from contacts.models import Contact


class Intake(models.Model):
    """A submission of „Kontakt anlegen“. The same form with the same values does not add a second contact."""

    account = models.ForeignKey(Account, models.CASCADE, db_index=False, db_constraint=False)
    key = models.UUIDField()  # of the form and what was typed into it
    contact = models.ForeignKey(Contact, models.CASCADE, null=True, related_name="+", db_constraint=False)

    objects = AccountQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="intake_once")]

    def __str__(self) -> str:
        return str(self.key)


class Trace(models.Model):
    """What an import did to one contact. Kept as long as the import can be undone."""

    account = models.ForeignKey(Account, models.CASCADE, db_index=False, db_constraint=False)
    source = models.ForeignKey(
        "pipeline.Import", models.CASCADE, related_name="traces", db_index=False, db_constraint=False
    )
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="+", db_constraint=False)
    is_new = models.BooleanField()
    before = models.JSONField(default=dict)  # changed fields before the import
    after = models.JSONField(default=dict)  # changed fields after the import
    from_column = models.BigIntegerField(null=True)  # the column its card was moved out of; it may be deleted
    kept = models.CharField(max_length=300, blank=True)  # why undoing the import left something as it is
    at = models.DateTimeField()

    objects = AccountQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "contact"], name="trace_once")]

    def __str__(self) -> str:
        return f"{self.contact_id} by {self.source_id}"

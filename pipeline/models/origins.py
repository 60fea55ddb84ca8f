"""Where contacts come from: forms that were sent, and what imports did, to undo them."""

from django.db import models

from accounts.models import AccountModel
from base.references import reference
from contacts.models import Contact
from pipeline.models.imports import Import


class Entry(AccountModel):
    """A submission of „Kontakt anlegen“. The same form with the same values does not add a second contact."""

    key = models.UUIDField()  # of the form and what was typed into it
    contact = models.ForeignKey(Contact, models.CASCADE, null=True, related_name="+", db_constraint=False)

    class Meta:
        db_table = "pipeline_intake"  # as the version before called it, which works while this one starts
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="entry_once")]

    def __str__(self) -> str:
        return str(self.key)


class Trace(AccountModel):
    """What an import did to one contact. Kept while the import can be undone."""

    source = reference(Import, models.CASCADE, related_name="traces")
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="+", db_constraint=False)
    is_new = models.BooleanField()
    before = models.JSONField(default=dict)  # changed fields before the import
    after = models.JSONField(default=dict)  # changed fields after the import
    from_column = models.BigIntegerField(null=True)  # the column its card was moved out of; it may be deleted
    kept = models.CharField(max_length=300, blank=True)  # why undoing the import left something as it is
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "contact"], name="trace_once")]

    def __str__(self) -> str:
        return f"{self.contact_id} by {self.source_id}"

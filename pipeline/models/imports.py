"""Imports with their rows, and exports."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, AccountModel, User
from base.references import reference
from contacts.models import Contact


class ImportState(models.TextChoices):
    """How far an import is. The worker has it in READING, CHECKING, IMPORTING and UNDOING."""

    READING = "reading", _("wird gelesen")
    UPLOADED = "uploaded", _("hochgeladen")
    CHECKING = "checking", _("wird geprüft")
    CHECKED = "checked", _("geprüft")
    IMPORTING = "running", _("wird übernommen")
    DONE = "done", _("übernommen")
    FAILED = "failed", _("abgebrochen")
    UNDOING = "undoing", _("wird zurückgenommen")
    UNDONE = "undone", _("zurückgenommen")


class Import(AccountModel):
    """An uploaded file that is read, mapped, checked and imported, with the worker doing the work."""

    account = models.ForeignKey(Account, models.CASCADE)
    user = models.ForeignKey(User, models.DO_NOTHING, related_name="+", db_constraint=False)
    file = models.FileField(upload_to="imports/")
    file_name = models.CharField(max_length=200)
    mapping = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    state = models.CharField(max_length=20, choices=ImportState, default=ImportState.READING)
    error = models.CharField(max_length=500, blank=True)
    rows_total = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    mails = models.JSONField(default=dict)  # whose series would begin, or began: `imports.mails.Mails`
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["id", "account"], name="import_of_account")]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.state})"


class ImportRow(AccountModel):
    """The planned, or actual, outcome of one row of an imported file."""

    label: str  # of the outcome in words; set by `imports.report`

    class Outcome(models.TextChoices):
        CREATED = "created", _("angelegt")
        UPDATED = "updated", _("aktualisiert")
        UNCHANGED = "unchanged", _("unverändert")
        SKIPPED = "skipped", _("übersprungen")
        INVALID = "invalid", _("fehlerhaft")

    source = reference(Import, models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField()
    outcome = models.CharField(max_length=12, choices=Outcome)
    name = models.CharField(max_length=200)
    reason = models.CharField(max_length=500, blank=True)
    # [label, old value, new value] for each field that changes.
    changes = models.JSONField(default=list, db_default=models.Value([], output_field=models.JSONField()))
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, db_index=True, db_constraint=False)
    # The contacts it may refer to if there are several: their ids, or negated the rows of the file that add them.
    candidates = models.JSONField(default=list, db_default=models.Value([], output_field=models.JSONField()))
    # The ids of other contacts whose names stand in the reason.
    named = models.JSONField(default=list, db_default=models.Value([], output_field=models.JSONField()))

    class Meta:
        indexes = [models.Index(fields=["source", "line"], name="import_row_by_line")]

    def __str__(self) -> str:
        return f"{self.line}: {self.outcome}"


class ImportPart(AccountModel):
    """What the dry run has read from some rows of a file; see `imports.keeping`."""

    source = reference(Import, models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    shape = models.PositiveSmallIntegerField()
    rows = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "number"], name="import_part_once")]

    def __str__(self) -> str:
        return f"{self.number} of {self.source_id}"


class Export(AccountModel):
    """Permission for one user to download a selection as CSV. It expires, and the number per hour is limited."""

    id = models.UUIDField(primary_key=True)
    account = models.ForeignKey(Account, models.CASCADE, db_index=False)
    user = models.ForeignKey(User, models.DO_NOTHING, related_name="+", db_constraint=False)
    query = models.TextField(blank=True)  # the filter as a query string
    ids = models.JSONField(null=True)  # the ticked contacts; null: all that the filter finds
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["account", "user", "created_at"], name="export_by_user")]

    def __str__(self) -> str:
        return str(self.id)

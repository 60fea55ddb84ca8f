"""Deeds: changes of many contacts or of a column, with what is needed to undo them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, AccountModel, User
from base.references import reference
from contacts.models import Contact


class DeedKind(models.TextChoices):
    """What was done. Each value has its sentence in `pipeline.deeds.words`."""

    ASSIGN = "assign", _("zugewiesen")
    STATUS = "status", _("Status geändert")
    TRASH = "trash", _("gelöscht")
    EMPTY = "empty", _("Spalte geleert und gelöscht")
    INSERT = "insert", _("Spalte eingefügt")
    RENAME = "rename", _("Spalte umbenannt")
    SHIFT = "shift", _("Spalte verschoben")
    REMOVE = "remove", _("Spalte gelöscht")


class DeedState(models.TextChoices):
    """How far the deed is. The worker has it in DOING and UNDOING."""

    DOING = "doing", _("wird ausgeführt")
    DONE = "done", _("ausgeführt")
    UNDOING = "undoing", _("wird zurückgenommen")
    UNDONE = "undone", _("rückgängig gemacht")


class Deed(AccountModel):
    """A change of many contacts or of a column (Zuletzt geändert) that can be undone for ten minutes."""

    account = models.ForeignKey(Account, models.CASCADE, db_index=False)
    actor = reference(User)
    kind = models.CharField(max_length=10, choices=DeedKind)
    state = models.CharField(max_length=10, choices=DeedState, default=DeedState.DONE)
    at = models.DateTimeField()
    subject = models.CharField(max_length=400, blank=True)  # the colleague or column, as it was called
    other = models.CharField(max_length=40, blank=True)  # the name a column had before
    column_id = models.BigIntegerField(null=True)  # the column concerned; it may be deleted
    asked = models.JSONField(default=dict)  # ids and flags a job needs
    before = models.JSONField(default=dict)  # the column as it was
    total = models.PositiveIntegerField(default=0)  # contacts to be changed
    count = models.PositiveIntegerField(default=0)  # contacts processed so far, by the deed or by its undo
    error = models.CharField(max_length=300, blank=True)  # why a job failed

    class Meta:
        constraints = [models.UniqueConstraint(fields=["id", "account"], name="deed_of_account")]
        indexes = [models.Index(fields=["account", "-at"], name="deed_by_time")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject} ({self.state})"

    @property
    def is_busy(self) -> bool:
        """Whether the worker is applying or undoing it."""
        return self.state in (DeedState.DOING, DeedState.UNDOING)


class DeedPart(AccountModel):
    """One contact of a deed as it was before. Without `version` it has not been processed yet."""

    deed = reference(Deed, models.CASCADE, related_name="parts")
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="+", db_constraint=False)
    column_id = models.BigIntegerField(null=True)  # it may be deleted
    rank = models.TextField(db_collation="C", blank=True)
    version = models.PositiveIntegerField(null=True)
    entered_at = models.DateTimeField(null=True)
    assignee = reference(User, null=True)
    is_left = models.BooleanField(default=False)  # somebody changed it since, so that it was not undone

    class Meta:
        constraints = [models.UniqueConstraint(fields=["deed", "contact"], name="deed_part_once")]

    def __str__(self) -> str:
        return f"{self.contact_id} in {self.deed_id}"

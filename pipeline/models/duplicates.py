"""Pairs of contacts that may be one person, and merges of such pairs."""

from django.db import models
from django.db.models import F, Q

from accounts.models import Account, AccountModel, User
from base.references import reference
from contacts.models import Contact


class Duplicate(AccountModel):
    """Two contacts that are likely the same person (Duplikat), as the worker found them, or people who are not."""

    account = models.ForeignKey(Account, models.CASCADE, db_index=False)
    first = reference(Contact, models.CASCADE)  # the one with the lower id
    second = reference(Contact, models.CASCADE)
    found_at = models.DateTimeField()
    dismissed_at = models.DateTimeField(null=True)  # „Kein Duplikat“: for good
    dismissed_by = reference(User, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="duplicate_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="duplicate_in_order"),
        ]
        indexes = [
            models.Index(fields=["second"], name="duplicate_of_second"),
            models.Index(fields=["account", "-id"], condition=Q(dismissed_at=None), name="duplicate_open"),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} and {self.second_id}"


class DuplicateFeed(models.Model):
    """How far the search for duplicates has read one of its two sources: contacts by age, and changes of them."""

    name = models.CharField(max_length=10, primary_key=True)
    done = models.BigIntegerField()  # the id up to which it has read
    until = models.BigIntegerField()  # up to which it reads now
    # What was being written when `until` was chosen, as PostgreSQL numbers transactions (`xid8`): it may have lower
    # ids, and must have ended before they are read.
    horizon = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.name}: {self.done} of {self.until}"


class Merge(AccountModel):
    """Two contacts that were made one (Zusammenführung), with what is needed to undo it for thirty days.

    The contact that was merged lies in the trash for so long, where nobody sees it, and has what was left with it.
    """

    into = reference(Contact, models.CASCADE)
    merged_id = models.BigIntegerField()  # outlives the contact: its address leads to the other one
    merged_since = models.DateTimeField()  # when that one was created, by which the journal knows it
    key = models.UUIDField()  # of the form, so that a double click is one merge
    by = reference(User, null=True)
    at = models.DateTimeField()
    before = models.JSONField(default=dict)  # changed fields of the contact that stays
    after = models.JSONField(default=dict)
    foreign_ids = models.JSONField(default=list)  # of the other contact
    rows = models.JSONField(default=dict)  # ids by table of what came from it
    made = models.JSONField(default=dict)  # ids by table of what the merge has added
    undone_at = models.DateTimeField(null=True)
    kept = models.JSONField(default=list)  # what was not undone, being changed since

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="merge_once")]
        indexes = [
            models.Index(fields=["account", "-id"], name="merge_of_account"),
            models.Index(fields=["into"], name="merge_into"),
            models.Index(fields=["merged_id"], name="merge_of"),
        ]

    def __str__(self) -> str:
        return f"{self.merged_id} into {self.into_id}"

"""The board: columns, cards and their moves."""

from collections.abc import Sequence as Values
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, AccountModel, User
from base.references import reference
from contacts.models import Contact
from funnel.models import Sequence
from funnel.series.enrolments import Effect


class Column(AccountModel):
    """A status of the account's process (Spalte, Status)."""

    class Key(models.TextChoices):
        """The three system columns. They start the mails of the funnel, so their names are fixed."""

        NEW = "new", _("Neue Kontakte")
        CONTACTED = "contacted", _("Erfolgreich kontaktiert")
        WON = "won", _("Auftrag erhalten")

    account = models.ForeignKey(Account, models.CASCADE, related_name="columns", db_index=False)
    name = models.CharField(_("Name"), max_length=40)
    folded_name = models.CharField(max_length=80, editable=False)
    key = models.CharField(max_length=20, choices=Key, null=True, editable=False)
    position = models.PositiveSmallIntegerField()
    is_lost = models.BooleanField(default=False)
    mails_continue = models.BooleanField(default=False)  # an own column in which an active series continues
    # The idempotency key of the form that inserted it: the same form again is no second column.
    insertion = models.UUIDField(null=True, editable=False)
    sequence = reference(Sequence, null=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["id", "account"], name="column_of_account"),
            models.UniqueConstraint(fields=["account", "key"], condition=Q(key__isnull=False), name="column_key_once"),
            models.UniqueConstraint(fields=["account", "folded_name"], name="column_name_once"),
            models.UniqueConstraint(
                fields=["account", "insertion"],
                condition=Q(insertion__isnull=False),
                name="column_insertion_once",
            ),
            models.UniqueConstraint(
                fields=["account", "position"],
                name="column_position_once",
                deferrable=models.Deferrable.IMMEDIATE,
            ),
            models.CheckConstraint(
                condition=Q(key="new", position=0) | (Q(position__gt=0) & (Q(key=None) | ~Q(key="new"))),
                name="column_new_is_first",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def effect(self) -> Effect:
        """What entering this status means for the contact's mails."""
        if self.sequence_id is not None:
            return Effect.ENROL
        if self.is_lost:
            return Effect.END
        return Effect.KEEP if self.mails_continue else Effect.PAUSE

    @property
    def is_system(self) -> bool:
        """Bound to the funnel: neither renamed nor deleted."""
        return self.key is not None


class Card(AccountModel):
    """A contact's place on the board. A narrow table, so that a move rewrites one short row with few indexes."""

    contact = models.OneToOneField(Contact, models.CASCADE, primary_key=True, related_name="card", db_constraint=False)
    column = reference(Column, related_name="cards")
    rank = models.TextField(db_collation="C")
    version = models.PositiveIntegerField(default=1)  # counts changes of the column
    entered_at = models.DateTimeField(default=timezone.now)
    # The idempotency key of the last move, with what it requested.
    last_key = models.CharField(max_length=40, blank=True)
    last_request = models.CharField(max_length=60, blank=True)
    # What filters ask of the contact, so that they read one index of cards. Triggers keep it (`0018_card_filters`,
    # `0021_card_tags`).
    assignee_id = models.BigIntegerField(default=0, db_default=0, editable=False)  # 0: nobody
    due_on = models.DateField(null=True, editable=False)
    source = models.CharField(max_length=20, default="", db_default="", editable=False)
    created_at = models.DateTimeField(null=True, editable=False)  # the contact's, for the list of one status
    tags = ArrayField(
        models.CharField(max_length=30),
        default=list,
        db_default=models.Value([], output_field=ArrayField(models.CharField(max_length=30))),
        editable=False,
    )

    # Since when somebody who asked again waits; a move or a colleague's action ends it (`0025_asked_again`).
    asked_again_at = models.DateTimeField(null=True, editable=False)

    # Since when a lead waits for its first answer, which a move or a colleague's action is (`0027_first_answer`); when
    # the worker looks next whether somebody is to be told, and the last stage that was told (`cards.waiting.Stage`).
    waits_since = models.DateTimeField(null=True, editable=False)
    remind_at = models.DateTimeField(null=True, editable=False)
    reminded = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    # Why the product chose the assignee, see `contacts.turns.reason`; "" if it did not. Another assignee ends it.
    chosen_by = models.CharField(max_length=40, default="", db_default="", editable=False)

    has_series = False  # whether a series concerns the contact; only set on locked cards
    # Also only there: whether the neighbour above exists, its rank, and that of the one below; see `loading.LOCK`.
    around: Values[Any] = (False, None, None)

    class Meta:
        indexes = [
            # For counting what a filter leaves of a column, and for the list by status: in the order of the pages.
            models.Index(fields=["column", "contact"], include=["account"], name="card_in_column"),
            models.Index(
                fields=["column", "assignee_id", "rank"],
                include=["account", "due_on", "source"],
                name="card_of_assignee",
            ),
            models.Index(fields=["column", "created_at", "contact"], name="card_by_created"),
            models.Index(fields=["column", "source", "rank"], include=["account"], name="card_of_source"),
            models.Index(
                fields=["column", "due_on", "rank"],
                include=["account", "assignee_id", "source"],
                condition=Q(due_on__isnull=False),
                name="card_due",
            ),
            # The tags of a column along its ranks. Few contacts have any, and a common tag soon fills a page.
            models.Index(
                fields=["column", "rank"],
                include=["account", "assignee_id", "due_on", "source", "tags"],
                condition=~Q(tags=[]),
                name="card_tagged",
            ),
            # Few rows: whoever waits and is not yet told of.
            models.Index(fields=["remind_at"], condition=Q(remind_at__isnull=False), name="card_to_remind_of"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["column", "rank"], name="card_place_once", deferrable=models.Deferrable.IMMEDIATE
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} in {self.column_id} at {self.rank}"


class Tally(AccountModel):
    """A part of the number of cards in a column; their sum is exact. A trigger keeps it (migration `0014_tally`)."""

    column = reference(Column)
    cards = models.IntegerField()

    class Meta:
        indexes = [models.Index(fields=["column"], name="tally_of_column")]

    def __str__(self) -> str:
        return f"{self.cards} in {self.column_id}"


class Move(AccountModel):
    """A recorded change of a card's column (Statuswechsel). It keeps the names of columns that are deleted later."""

    class Via(models.TextChoices):
        BOARD = "board", _("über die Pipeline")
        MENU = "menu", _("über das Kartenmenü")
        LIST = "list", _("über die Liste")
        DETAIL = "detail", _("über die Kontaktseite")
        BULK = "bulk", _("über die Auswahl")
        COLUMN = "column", _("Spalte geleert")
        IMPORT = "import", _("über den Import")
        TRASH = "trash", _("aus dem Papierkorb")
        UNDO = "undo", _("rückgängig gemacht")
        INQUIRY = "inquiry", _("durch eine weitere Anfrage")

    contact = reference(Contact, models.CASCADE, related_name="moves")
    # The database empties these when the column goes (composite foreign keys in the first migration).
    from_column = reference(Column, null=True)
    to_column = reference(Column, null=True)
    from_name = models.CharField(max_length=40)
    to_name = models.CharField(max_length=40)
    from_rank = models.TextField(db_collation="C")  # for undoing the move
    version = models.PositiveIntegerField()  # the card's version after this move
    actor = reference(User, null=True)
    via = models.CharField(max_length=10, choices=Via)
    at = models.DateTimeField()
    reverses = models.OneToOneField("self", models.CASCADE, null=True, related_name="reversal", db_index=False)
    waited_since = models.DateTimeField(null=True, editable=False)  # the card's `waits_since` before, for undoing

    class Meta:
        indexes = [models.Index(fields=["contact", "-at"], name="move_by_contact")]
        constraints = [models.UniqueConstraint(fields=["contact", "version"], name="move_version_once")]

    def __str__(self) -> str:
        return f"{self.contact_id}: {self.from_name} → {self.to_name}"


class TrashedCard(AccountModel):
    """The place of a contact in the trash: the column it came from, if that still exists."""

    contact = models.OneToOneField(
        Contact, models.CASCADE, primary_key=True, related_name="trashed_card", db_constraint=False
    )
    column = models.ForeignKey(Column, models.DO_NOTHING, null=True, db_index=False, db_constraint=False)
    column_name = models.CharField(max_length=40)
    version = models.PositiveIntegerField()  # of the card; a restored card continues with it
    trashed_by = models.ForeignKey(User, models.DO_NOTHING, null=True, db_index=False, db_constraint=False)

    def __str__(self) -> str:
        return f"{self.contact_id} from {self.column_name}"

"""Who is mailed what, when, and how that ended.

`cause` is the id of the status change (a `Move`, one room above) that led to a change here. An undo uses it to find
what to restore.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import AccountModel, User
from base.references import reference
from contacts.models import Contact
from funnel.models.sequences import Sequence, Step


class EnrolmentState(models.TextChoices):
    ACTIVE = "active", _("läuft")
    PAUSED = "paused", _("pausiert")
    ENDED = "ended", _("beendet")


class EnrolmentReason(models.TextChoices):
    """Why an enrolment is paused or ended."""

    STATUS = "status", _("Statuswechsel")
    LOST = "lost", _("kein Auftrag")
    MANUAL = "manual", _("von Hand")
    UNSUBSCRIBED = "unsubscribed", _("abgemeldet")
    OBJECTION = "objection", _("Werbewiderspruch")
    BOUNCE = "bounce", _("unzustellbar")
    COMPLAINT = "complaint", _("Beschwerde")
    REPLY = "reply", _("Antwort erhalten")
    TRASHED = "trashed", _("Kontakt gelöscht")
    ADDRESS = "address", _("Adresse geändert")
    NO_BASIS = "no_basis", _("Einwilligung oder Adresse fehlt")
    FINISHED = "finished", _("Serie durchlaufen")
    UNDONE = "undone", _("rückgängig gemacht")
    FAILED = "failed", _("eine Mail ließ sich nicht senden")
    MERGED = "merged", _("Kontakt zusammengeführt")


class Enrolment(AccountModel):
    """A contact's run through one sequence (Teilnahme). A contact that returns to a sequence continues the same row."""

    contact = reference(Contact, models.CASCADE, related_name="enrolments")
    sequence = reference(Sequence, models.CASCADE, related_name="enrolments")
    state = models.CharField(max_length=10, choices=EnrolmentState, default=EnrolmentState.ACTIVE)
    reason = models.CharField(max_length=20, choices=EnrolmentReason, blank=True)
    address = models.CharField(max_length=254, blank=True)  # lower case; the one that eligibility was checked for
    started_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id", "account"], name="enrolment_of_account"),
            models.UniqueConstraint(fields=["contact", "sequence"], name="enrolment_once"),
            models.UniqueConstraint(fields=["contact"], condition=Q(state="active"), name="enrolment_one_active"),
        ]
        indexes = [models.Index(fields=["sequence", "state"], name="enrolment_by_sequence")]

    def __str__(self) -> str:
        return f"{self.contact_id} in {self.sequence_id}: {self.state}"


class EnrolmentChange(AccountModel):
    """One change of an enrolment's state, for undo and for the contact's history."""

    enrolment = reference(Enrolment, models.CASCADE, related_name="changes")
    cause = models.BigIntegerField(null=True)  # null: no status change
    state_before = models.CharField(max_length=10, blank=True)  # "": this change created the enrolment
    reason_before = models.CharField(max_length=20, blank=True)
    state = models.CharField(max_length=10)
    reason = models.CharField(max_length=20, blank=True)
    actor = reference(User, null=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["enrolment", "-at"], name="enrolment_change_by_time"),
            models.Index(fields=["cause"], condition=Q(cause__isnull=False), name="enrolment_change_by_cause"),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id}: {self.state_before} → {self.state}"


class MessageState(models.TextChoices):
    PLANNED = "planned", _("geplant")
    CLAIMED = "claimed", _("wird vorbereitet")
    SENDING = "sending", _("wird gesendet")
    SENT = "sent", _("gesendet")
    FAILED = "failed", _("fehlgeschlagen")
    SKIPPED = "skipped", _("nicht gesendet")
    CANCELLED = "cancelled", _("abgesagt")
    UNCLEAR = "unclear", _("unklar")


class MessageReason(models.TextChoices):
    """Why a message was skipped, cancelled or failed."""

    NO_CONSENT = "no_consent", _("keine Einwilligung")
    NO_ADDRESS = "no_address", _("keine gültige E-Mail-Adresse")
    SUPPRESSED = "suppressed", _("Adresse gesperrt")
    ADDRESS_SERVED = "address_served", _("ging schon an diese Adresse")
    STEP_OFF = "step_off", _("Schritt ausgeschaltet")
    ADDRESS_CHANGED = "address_changed", _("Adresse geändert")
    TOO_LATE = "too_late", _("mehr als eine Woche überfällig")
    STOPPED = "stopped", _("Serie beendet")
    PAUSED = "paused", _("Serie pausiert")
    REPLANNED = "replanned", _("neu geplant")
    BY_HAND = "by_hand", _("von Hand abgesagt")
    UNDONE = "undone", _("rückgängig gemacht")
    BAD_TEXT = "bad_text", _("Text nicht versandfähig")
    REFUSED = "refused", _("vom Mailserver abgelehnt")
    GAVE_UP = "gave_up", _("Mailserver nicht erreichbar")
    BOUNCED = "bounced", _("unzustellbar")
    MERGED = "merged", _("ging schon an den zusammengeführten Kontakt")


# Planned mails of a paused series; those that are to come are not among them.
WAITING = Q(state="planned", waits=True, is_urgent=False)
TO_COME = Q(state__in=["planned", "claimed", "sending"]) & ~WAITING


class Message(AccountModel):
    """One mail to one contact for one step (Nachricht). All state of sending lives in these rows."""

    contact = reference(Contact, models.CASCADE, related_name="messages")
    enrolment = reference(Enrolment, models.CASCADE, related_name="messages")
    step = reference(Step, models.CASCADE, related_name="messages")
    address = models.CharField(max_length=254)  # lower case
    state = models.CharField(max_length=10, choices=MessageState, default=MessageState.PLANNED)
    reason = models.CharField(max_length=20, choices=MessageReason, blank=True)
    planned_for = models.DateTimeField()
    is_urgent = models.BooleanField(default=False)  # „Jetzt senden“: ignores grace period, delay, window and caps
    # While planned: its series is paused. Triggers keep it (`0019_message_waits`).
    waits = models.BooleanField(default=False, db_default=False, editable=False)
    planned_by = models.BigIntegerField(null=True)  # the cause
    cancelled_by = models.BigIntegerField(null=True)  # the cause
    claimed_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)  # sent, failed, skipped, cancelled or found unclear
    attempts = models.PositiveSmallIntegerField(default=0)  # only those whose outcome was about this mail
    tried_at = models.DateTimeField(null=True)  # the first attempt
    message_id = models.CharField(max_length=120, unique=True)  # created with the row, the same in every attempt
    answer = models.CharField(max_length=300, blank=True)  # the mail server's last answer
    came_back = models.CharField(
        max_length=300, blank=True, default="", db_default=""
    )  # the last thing that came back by mail
    # A reply may be an objection: the address is not mailed until a colleague has decided.
    is_in_doubt = models.BooleanField(default=False, db_default=False)
    # „Noch einmal senden“: who asked for it last, when, and the state it had ended in.
    again_by = reference(User, null=True)
    again_at = models.DateTimeField(null=True)
    again_after = models.CharField(max_length=10, choices=MessageState, blank=True, db_default="", default="")
    # The mail exactly as it was sent; the step may be edited later.
    subject = models.CharField(max_length=250, blank=True)
    html = models.TextField(blank=True)
    text = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id", "account"], name="message_of_account"),
            models.UniqueConstraint(
                fields=["contact", "step"],
                condition=~Q(state__in=["cancelled", "skipped"]),
                name="message_once_per_contact",
            ),
            models.UniqueConstraint(
                fields=["account", "address", "step"],
                condition=~Q(state__in=["cancelled", "skipped"]),
                name="message_once_per_address",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "planned",
                        "claimed",
                        "sending",
                        "sent",
                        "failed",
                        "skipped",
                        "cancelled",
                        "unclear",
                    ]
                ),
                name="message_state_known",
            ),
        ]
        indexes = [
            # The sweep: due messages.
            models.Index(fields=["account", "planned_for"], condition=Q(state="planned"), name="message_due"),
            # Reconciling: messages that a worker is delivering, or was delivering when it died.
            models.Index(fields=["claimed_at"], condition=Q(state__in=["claimed", "sending"]), name="message_in_hand"),
            # The caps on mails to one address.
            models.Index(
                fields=["account", "address", "finished_at"],
                condition=Q(state="sent"),
                name="message_sent_to",
            ),
            models.Index(fields=["enrolment"], name="message_by_enrolment"),
            # The statistics of series, for which no row is read: the last mail before an answer, and counts of a step.
            models.Index(
                fields=["contact", "state", "finished_at"], include=["step", "account"], name="message_to_contact"
            ),
            models.Index(fields=["step", "state", "finished_at"], name="message_of_step"),
            # The tabs of the outbox, with all that counting them asks for, so that no row is read.
            models.Index(
                fields=["account", "state", "-planned_for"], include=["contact", "reason"], name="message_in_state"
            ),
            # Its first tab shows three states in one order.
            models.Index(
                fields=["account", "planned_for", "id"],
                include=["contact", "reason"],
                condition=TO_COME,
                name="message_to_come",
            ),
            models.Index(
                fields=["account", "planned_for", "id"],
                include=["contact", "reason"],
                condition=WAITING,
                name="message_on_hold",
            ),
            models.Index(fields=["account"], condition=Q(is_in_doubt=True), name="message_in_doubt"),
        ]

    def __str__(self) -> str:
        return f"{self.step_id} to {self.contact_id}: {self.state}"

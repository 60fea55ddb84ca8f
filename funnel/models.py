"""The e-mail funnel: what is mailed when, to whom, and what became of it. It has never heard of columns or cards.

`cause` is the number of the change of status that brought something about (a `Move` of the room above): by it an undo
finds what to restore.
"""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import HUES, Account, AccountQuerySet, User
from contacts.models import Contact


class Sender(models.Model):
    """Who an office's mails come from (Absender), with the Impressum by law and the rules of sending."""

    class LegalForm(models.TextChoices):
        """What an Impressum must name depends on it (§ 5 DDG)."""

        SOLE = "sole", _("Einzelunternehmen")
        REGISTERED = "registered", _("e. K.")
        GBR = "gbr", _("GbR")
        OHG = "ohg", _("OHG")
        KG = "kg", _("KG oder GmbH & Co. KG")
        GMBH = "gmbh", _("GmbH")
        UG = "ug", _("UG (haftungsbeschränkt)")
        AG = "ag", _("AG")

    account = models.OneToOneField(Account, models.CASCADE, primary_key=True, related_name="sender")
    is_on = models.BooleanField(_("E-Mail-Funnel eingeschaltet"), default=True)
    name = models.CharField(_("Absendername"), max_length=120, blank=True)
    email = models.CharField(
        _("Absenderadresse"), max_length=254, blank=True
    )  # "": MAIL_FROM of the installation
    hue = models.PositiveSmallIntegerField(_("Farbe"), default=1)  # 1 … HUES
    legal_name = models.CharField(_("Firma"), max_length=120, blank=True)
    legal_form = models.CharField(_("Rechtsform"), max_length=20, choices=LegalForm, blank=True)
    represented_by = models.CharField(_("Vertreten durch"), max_length=200, blank=True)
    street = models.CharField(_("Straße und Hausnummer"), max_length=120, blank=True)
    postal_code = models.CharField(_("PLZ"), max_length=10, blank=True)
    city = models.CharField(_("Ort"), max_length=80, blank=True)
    phone = models.CharField(_("Telefon"), max_length=40, blank=True)
    contact_email = models.CharField(_("E-Mail-Adresse im Impressum"), max_length=254, blank=True)
    register = models.CharField(_("Registergericht und -nummer"), max_length=120, blank=True)
    vat_id = models.CharField(_("USt-IdNr."), max_length=20, blank=True)
    supervisor = models.CharField(_("Aufsichtsbehörde (§ 34c GewO)"), max_length=200, blank=True)
    privacy_url = models.CharField(_("Datenschutzerklärung (Adresse)"), max_length=300, blank=True)
    # Mails leave Monday to Friday between these hours of the office's time zone, not on its holidays.
    window_from = models.TimeField(_("Versand ab"), default="08:00")
    window_until = models.TimeField(_("Versand bis"), default="18:00")
    most_a_day = models.PositiveSmallIntegerField(_("Höchstens Mails am Tag je Person"), default=1)
    most_a_week = models.PositiveSmallIntegerField(_("Höchstens Mails in sieben Tagen je Person"), default=2)
    # The relay of this office alone, as EMAIL_URL; set by the operator only. "": the installation's.
    relay = models.CharField(max_length=300, blank=True, editable=False)

    objects = AccountQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(hue__gte=1, hue__lte=HUES), name="sender_hue_known"),
            models.CheckConstraint(
                condition=Q(window_from__lt=models.F("window_until")), name="sender_window_has_hours"
            ),
            models.CheckConstraint(condition=Q(most_a_day__gte=1, most_a_week__gte=1), name="sender_caps"),
        ]

    def __str__(self) -> str:
        return self.name


class Holiday(models.Model):
    """A day on which an office sends nothing (freier Tag)."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="holidays", db_index=False)
    day = models.DateField(_("Tag"))
    name = models.CharField(_("Anlass"), max_length=80, blank=True)

    objects = AccountQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "day"], name="holiday_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class Sequence(models.Model):
    """The ordered mails bound to a system column (Serie). A column names the one it starts."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="sequences")
    name = models.CharField(max_length=80)
    is_on = models.BooleanField(_("Serie eingeschaltet"), default=True)  # off: nothing of it is claimed

    objects = AccountQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["id", "account"], name="sequence_of_account")]

    def __str__(self) -> str:
        return self.name


class Step(models.Model):
    """One mail of a sequence (Schritt). What was sent keeps its own text; a removed step stays for its messages."""

    account = models.ForeignKey(Account, models.CASCADE, db_index=False, db_constraint=False)
    sequence = models.ForeignKey(
        Sequence, models.CASCADE, related_name="steps", db_index=False, db_constraint=False
    )
    position = models.PositiveSmallIntegerField()  # 0 … n-1 among the steps that are not removed
    # Days after the step before it (the first: after the start); at 0 days it leaves as soon as it may.
    delay_days = models.PositiveSmallIntegerField(_("Tage danach"), default=0)
    send_at = models.TimeField(_("Uhrzeit"), null=True, blank=True)  # in the office's time zone; null: any
    subject = models.CharField(_("Betreff"), max_length=150)
    body = models.TextField(_("Text"), max_length=20_000)  # Markdown with placeholders
    is_on = models.BooleanField(_("Schritt eingeschaltet"), default=True)
    removed_at = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)  # counts edits
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = AccountQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["id", "account"], name="step_of_account"),
            models.UniqueConstraint(
                fields=["sequence", "position"],
                condition=Q(removed_at=None),
                name="step_position_once",
            ),
        ]

    def __str__(self) -> str:
        return self.subject


class Enrolment(models.Model):
    """A contact's run through one sequence (Teilnahme). Coming back to a sequence goes on with the same row."""

    class State(models.TextChoices):
        ACTIVE = "active", _("läuft")
        PAUSED = "paused", _("pausiert")
        ENDED = "ended", _("beendet")

    class Reason(models.TextChoices):
        """Why it is paused or ended."""

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
        FINISHED = "finished", _("alle Mails gesendet")
        UNDONE = "undone", _("rückgängig gemacht")

    account = models.ForeignKey(Account, models.CASCADE, db_index=False, db_constraint=False)
    contact = models.ForeignKey(
        Contact, models.CASCADE, related_name="enrolments", db_index=False, db_constraint=False
    )
    sequence = models.ForeignKey(
        Sequence, models.CASCADE, related_name="enrolments", db_index=False, db_constraint=False
    )
    state = models.CharField(max_length=10, choices=State, default=State.ACTIVE)
    reason = models.CharField(max_length=20, choices=Reason, blank=True)
    address = models.CharField(max_length=254, blank=True)  # lower case; the one the basis was checked for
    started_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    objects = AccountQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id", "account"], name="enrolment_of_account"),
            models.UniqueConstraint(fields=["contact", "sequence"], name="enrolment_once"),
            models.UniqueConstraint(
                fields=["contact"], condition=Q(state="active"), name="enrolment_one_active"
            ),
        ]
        indexes = [models.Index(fields=["sequence", "state"], name="enrolment_by_sequence")]

    def __str__(self) -> str:
        return f"{self.contact_id} in {self.sequence_id}: {self.state}"


class EnrolmentChange(models.Model):
    """What a change of status did to an enrolment, so that an undo puts it back (and the ledger can tell)."""

    account = models.ForeignKey(Account, models.CASCADE, db_index=False, db_constraint=False)
    enrolment = models.ForeignKey(
        Enrolment, models.CASCADE, related_name="changes", db_index=False, db_constraint=False
    )
    cause = models.BigIntegerField(null=True)  # null: not a change of status
    state_before = models.CharField(max_length=10, blank=True)  # "": the enrolment began with it
    reason_before = models.CharField(max_length=20, blank=True)
    state = models.CharField(max_length=10)
    reason = models.CharField(max_length=20, blank=True)
    actor = models.ForeignKey(
        User, models.DO_NOTHING, null=True, db_index=False, db_constraint=False, related_name="+"
    )
    at = models.DateTimeField()

    objects = AccountQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["enrolment", "-at"], name="enrolment_change_by_time"),
            models.Index(
                fields=["cause"], condition=Q(cause__isnull=False), name="enrolment_change_by_cause"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id}: {self.state_before} → {self.state}"


class Message(models.Model):
    """One mail to one contact for one step (Nachricht). These rows are the truth about what is and was sent."""

    class State(models.TextChoices):
        PLANNED = "planned", _("geplant")
        CLAIMED = "claimed", _("wird vorbereitet")
        SENDING = "sending", _("wird gesendet")
        SENT = "sent", _("gesendet")
        FAILED = "failed", _("fehlgeschlagen")
        SKIPPED = "skipped", _("nicht gesendet")
        CANCELLED = "cancelled", _("abgesagt")
        UNCLEAR = "unclear", _("unklar")

    class Reason(models.TextChoices):
        """Why it was skipped, cancelled or failed."""

        NO_CONSENT = "no_consent", _("keine Einwilligung")
        NO_ADDRESS = "no_address", _("keine E-Mail-Adresse")
        SUPPRESSED = "suppressed", _("Adresse gesperrt")
        ADDRESS_SERVED = "address_served", _("ging schon an diese Adresse")
        STEP_OFF = "step_off", _("Schritt ausgeschaltet")
        ADDRESS_CHANGED = "address_changed", _("Adresse geändert")
        STOPPED = "stopped", _("Serie beendet")
        PAUSED = "paused", _("Serie pausiert")
        REPLANNED = "replanned", _("neu geplant")
        BY_HAND = "by_hand", _("von Hand abgesagt")
        UNDONE = "undone", _("rückgängig gemacht")
        BAD_TEXT = "bad_text", _("Text nicht versandfähig")
        REFUSED = "refused", _("vom Mailserver abgelehnt")
        GAVE_UP = "gave_up", _("Mailserver nicht erreichbar")
        BOUNCED = "bounced", _("unzustellbar")

    account = models.ForeignKey(Account, models.CASCADE, db_index=False, db_constraint=False)
    contact = models.ForeignKey(
        Contact, models.CASCADE, related_name="messages", db_index=False, db_constraint=False
    )
    enrolment = models.ForeignKey(
        Enrolment, models.CASCADE, related_name="messages", db_index=False, db_constraint=False
    )
    step = models.ForeignKey(
        Step, models.CASCADE, related_name="messages", db_index=False, db_constraint=False
    )
    address = models.CharField(max_length=254)  # lower case
    state = models.CharField(max_length=10, choices=State, default=State.PLANNED)
    reason = models.CharField(max_length=20, choices=Reason, blank=True)
    planned_for = models.DateTimeField()
    is_urgent = models.BooleanField(default=False)  # „Jetzt senden“: no hold, delay, window or cap
    planned_by = models.BigIntegerField(null=True)  # the cause
    cancelled_by = models.BigIntegerField(null=True)  # the cause
    claimed_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)  # sent, failed, skipped, cancelled or found unclear
    attempts = models.PositiveSmallIntegerField(default=0)
    message_id = models.CharField(max_length=120, unique=True)  # made with the row, the same in every attempt
    answer = models.CharField(max_length=300, blank=True)  # what the mail server said last
    # The mail exactly as it left; the step may be edited afterwards.
    subject = models.CharField(max_length=250, blank=True)
    html = models.TextField(blank=True)
    text = models.TextField(blank=True)

    objects = AccountQuerySet.as_manager()

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
            # The sweep: what is due.
            models.Index(fields=["account", "planned_for"], condition=Q(state="planned"), name="message_due"),
            # The reconciling: what a worker has in its hands, or had when it died.
            models.Index(
                fields=["claimed_at"], condition=Q(state__in=["claimed", "sending"]), name="message_in_hand"
            ),
            # The caps on how often one address is written to.
            models.Index(
                fields=["account", "address", "finished_at"],
                condition=Q(state="sent"),
                name="message_sent_to",
            ),
            models.Index(fields=["enrolment"], name="message_by_enrolment"),
            models.Index(fields=["contact", "planned_for"], name="message_by_contact"),
            models.Index(fields=["step", "state"], name="message_by_step"),
            models.Index(fields=["account", "state", "-planned_for"], name="message_outbox"),
        ]

    def __str__(self) -> str:
        return f"{self.step_id} to {self.contact_id}: {self.state}"


class Suppression(models.Model):
    """An address that is never mailed again (gesperrt), kept as a keyed hash: it outlives contact and re-import."""

    class Reason(models.TextChoices):
        UNSUBSCRIBED = "unsubscribed", _("abgemeldet")
        OBJECTION = "objection", _("Werbewiderspruch")
        BOUNCE = "bounce", _("unzustellbar")
        COMPLAINT = "complaint", _("Beschwerde")

    account = models.ForeignKey(Account, models.CASCADE, db_index=False)
    address_hash = models.CharField(max_length=64)
    reason = models.CharField(max_length=20, choices=Reason)
    at = models.DateTimeField()

    objects = AccountQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "address_hash"], name="suppression_once")]

    def __str__(self) -> str:
        return f"{self.reason} ({self.account_id})"


class OptIn(models.Model):
    """A double opt-in that was asked for by mail (Bestätigungsmail); confirmed within seven days or expired."""

    account = models.ForeignKey(Account, models.CASCADE, db_index=False, db_constraint=False)
    contact = models.ForeignKey(
        Contact, models.CASCADE, related_name="opt_ins", db_index=False, db_constraint=False
    )
    address = models.CharField(max_length=254)  # lower case
    wording = models.TextField(max_length=2000)
    asked_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)

    objects = AccountQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["account", "address", "-asked_at"], name="opt_in_by_address")]

    def __str__(self) -> str:
        return f"{self.contact_id} {self.asked_at}"


class Pulse(models.Model):
    """The worker's last sign of life: one row for the installation."""

    at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.at)

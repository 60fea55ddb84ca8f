"""Contacts with their actions, consents and changes. Nothing here knows the board."""

from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, AccountModel, AccountQuerySet, Role, User
from base.references import reference
from contacts.choices import ContactPointKind, Salutation, Source
from contacts.kinds import Bubble, Kind, Outcome, bubbles
from contacts.naming import Named
from contacts.sold import Sold
from contacts.turn_models import TurnRule, TurnShare  # noqa: F401  (where Django looks for them)

NOTHING = models.Value([], output_field=models.JSONField())


class ContactQuerySet(AccountQuerySet["Contact"]):
    def live(self) -> Self:
        """Exclude the trash."""
        return self.filter(trashed_at=None)

    def visible_to(self, user: User) -> Self:
        """Return the live contacts this user may see. Agents may be limited to their own and unassigned ones."""
        return self.of(user.account).live().filter(sight(user))


ContactManager = models.Manager.from_queryset(ContactQuerySet)


def limits(user: User) -> bool:
    """Return whether not every contact of the office exists for this user."""
    return user.role == Role.AGENT and user.account.agents_see == Account.Sight.OWN


def sight(user: User, prefix: str = "") -> models.Q:
    """Return the condition under which a contact exists for this user.

    `prefix` is the lookup that leads from the queried model to the contact ("contact__").
    """
    if not limits(user):
        return models.Q()
    return models.Q(**{f"{prefix}assignee": user.pk}) | models.Q(**{f"{prefix}assignee": None})


class Contact(Named, Sold, AccountModel):
    """A lead (Kontakt): a person or couple with address, property and consent."""

    shared: str  # what it has in common with another contact; set by `duplicates.find`

    account = models.ForeignKey(Account, models.CASCADE, db_index=False)
    salutation = models.CharField(_("Anrede"), max_length=10, choices=Salutation, blank=True)
    title = models.CharField(_("Titel"), max_length=40, blank=True)
    first_name = models.CharField(_("Vorname"), max_length=80, blank=True)
    last_name = models.CharField(_("Nachname"), max_length=80, blank=True)
    company = models.CharField(_("Firma"), max_length=120, blank=True)
    birth_date = models.DateField(_("Geburtsdatum"), null=True, blank=True)
    partner_salutation = models.CharField(_("Anrede (2. Person)"), max_length=10, choices=Salutation, blank=True)
    partner_title = models.CharField(_("Titel (2. Person)"), max_length=40, blank=True)
    partner_first_name = models.CharField(_("Vorname (2. Person)"), max_length=80, blank=True)
    partner_last_name = models.CharField(_("Nachname (2. Person)"), max_length=80, blank=True)
    email = models.CharField(_("E-Mail-Adresse"), max_length=254, blank=True)
    phone = models.CharField(_("Telefon"), max_length=40, blank=True)
    phone_e164 = models.CharField(max_length=20, blank=True, editable=False)
    # Those above are the first ones, which are shown, dialled and mailed. Further ones are lists of
    # `contact_points.ContactPoint`.
    email_kind = models.CharField(
        _("Art der E-Mail-Adresse"), max_length=10, choices=ContactPointKind, blank=True, default="", db_default=""
    )
    phone_kind = models.CharField(
        _("Art des Telefons"), max_length=10, choices=ContactPointKind, blank=True, default="", db_default=""
    )
    phone_words = models.CharField(_("Hinweis zum Telefon"), max_length=120, blank=True, default="", db_default="")
    more_emails = models.JSONField(_("Weitere E-Mail-Adressen"), default=list, db_default=NOTHING, blank=True)
    more_phones = models.JSONField(_("Weitere Telefonnummern"), default=list, db_default=NOTHING, blank=True)
    street = models.CharField(_("Straße und Hausnummer"), max_length=120, blank=True)
    postal_code = models.CharField(_("PLZ"), max_length=10, blank=True)
    city = models.CharField(_("Ort"), max_length=80, blank=True)
    source = models.CharField(_("Quelle"), max_length=20, choices=Source, default=Source.OTHER)
    source_detail = models.CharField(_("Quelle im Einzelnen"), max_length=120, blank=True)
    # Lists of `pairs.Pair`: how other systems call the contact, and what was said under labels of their own.
    foreign_ids = models.JSONField(_("Kennungen anderer Systeme"), default=list, db_default=NOTHING, blank=True)
    campaign = models.JSONField(_("Kampagnendaten"), default=list, db_default=NOTHING, blank=True)
    further = models.JSONField(_("Weitere Angaben"), default=list, db_default=NOTHING, blank=True)
    due_on = models.DateField(_("Fällig am"), null=True, blank=True)
    due_note = models.CharField(_("Notiz zur Fälligkeit"), max_length=200, blank=True)
    assignee = reference(User, null=True, blank=True, verbose_name=_("Mitarbeiter"))
    tags = ArrayField(models.CharField(max_length=30), verbose_name=_("Schlagwörter"), default=list, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)  # counts edits of the facts
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    trashed_at = models.DateTimeField(null=True, editable=False)
    merged_into = models.BigIntegerField(null=True, editable=False)  # in the trash: the contact it was merged into
    # Derived from the actions by `actions.refresh`, from the facts by `derived.derive`; never edited.
    last_action_at = models.DateTimeField(null=True, editable=False)
    action_counts = models.JSONField(default=dict, editable=False)
    sort_name = models.CharField(max_length=200, editable=False, db_collation="C", null=True)  # null: no name
    search = SearchVectorField(editable=False, null=True)
    # What the contact is matched by: `identity.keys`.
    keys = ArrayField(
        models.TextField(),
        editable=False,
        default=list,
        db_default=models.Value([], output_field=ArrayField(models.TextField())),
    )

    objects: ClassVar[ContactManager] = ContactManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id", "account"], name="contact_of_account"),
            models.CheckConstraint(
                condition=~models.Q(last_name="", company="", email="", phone=""), name="contact_has_a_name"
            ),
            models.CheckConstraint(
                condition=~models.Q(value__lt=0) & ~models.Q(value_from__lt=0) & ~models.Q(value_to__lt=0),
                name="contact_worth_something",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "sort_name", "id"], name="contact_by_name"),
            models.Index(fields=["account", "-last_action_at", "-id"], name="contact_by_last_action"),
            models.Index(fields=["account", "due_on", "id"], name="contact_by_due"),
            models.Index(fields=["account", "created_at", "id"], name="contact_by_created"),
            models.Index(fields=["account", "source", "id"], name="contact_of_source"),
            models.Index(fields=["account", "assignee", "id"], name="contact_of_assignee"),
            # Few rows: what is not in it is told without reading contacts.
            models.Index(
                fields=["account", "id"], condition=models.Q(trashed_at__isnull=False), name="contact_in_trash"
            ),
            # Words that are not in their place yet are read by each search: 64 kB at most, which takes no time, and is
            # a hundred contacts, whose words are put in their places together.
            GinIndex(fields=["search"], name="contact_search", fastupdate=True, gin_pending_list_limit=64),
            GinIndex(fields=["tags"], name="contact_by_tag", condition=~models.Q(tags=[])),
            GinIndex(fields=["keys"], name="contact_by_key", fastupdate=False),
        ]

    def __str__(self) -> str:
        return self.display_name

    def get_absolute_url(self) -> str:
        return reverse("pipeline:contact", args=[self.pk])

    @property
    def bubbles(self) -> list[Bubble]:
        """One bubble for each kind of performed action, in the fixed order."""
        return bubbles(self.action_counts)

    @property
    def source_label(self) -> str:
        """Do what `get_source_display` does without building all choices for each row of a page."""
        return str(Source(self.source).label)

    @property
    def tags_text(self) -> str:
        return ", ".join(self.tags)


class ForeignId(AccountModel):
    """How another system calls a contact (Kennung): one contact of the office at most.

    A trigger keeps them as `Contact.foreign_ids` says (migration `0018_room`). What is taken stays where it is.
    """

    contact = reference(Contact, models.CASCADE)
    source = models.CharField(max_length=60)
    value = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "source", "value"], name="foreign_id_once")]
        indexes = [models.Index(fields=["contact"], name="foreign_id_of_contact")]

    def __str__(self) -> str:
        return f"{self.source}: {self.value}"


class Action(AccountModel):
    """Something performed, or planned, with or by the contact (Aktion)."""

    contact = reference(Contact, models.CASCADE, related_name="actions")
    kind = models.CharField(_("Art"), max_length=20, choices=Kind)
    outcome = models.CharField(_("Ergebnis"), max_length=20, choices=Outcome, blank=True)
    text = models.TextField(_("Text"), max_length=10_000, blank=True)
    performed_at = models.DateTimeField(_("Zeitpunkt"), null=True, blank=True)  # null: planned, not done yet
    planned_for = models.DateTimeField(_("Geplant für"), null=True, blank=True)
    author = reference(User, null=True)
    created_at = models.DateTimeField(default=timezone.now)
    key = models.UUIDField(null=True, editable=False)  # made with the form, so that a double click is one action

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "key"], condition=models.Q(key__isnull=False), name="action_key_once"
            ),
            models.CheckConstraint(condition=models.Q(kind__in=Kind.values), name="action_kind_known"),
            models.CheckConstraint(
                condition=models.Q(performed_at__isnull=False) | models.Q(planned_for__isnull=False),
                name="action_performed_or_planned",
            ),
        ]
        indexes = [
            models.Index(fields=["contact", "-performed_at"], name="action_by_contact"),
            # Few rows: what came back by mail is counted without reading all that ever happened.
            models.Index(
                fields=["account", "contact", "performed_at"],
                include=["kind"],
                condition=models.Q(kind__in=["mail_in", "opt_out"]),
                name="action_answering",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} ({self.contact_id})"

    @property
    def label(self) -> str:
        """„Anruf – erreicht“."""
        kind = str(Kind(self.kind).label)
        return f"{kind} – {Outcome(self.outcome).label}" if self.outcome else kind

    @property
    def is_planned(self) -> bool:
        return self.performed_at is None


class Consent(AccountModel):
    """Evidence that consent was granted or withdrawn. Rows are only ever added (GDPR Art. 7 (1))."""

    was_granted: bool  # annotated by `consent.with_earlier_grant`

    class Channel(models.TextChoices):
        EMAIL = "email", _("E-Mail")
        PHONE = "phone", _("Telefon")
        LETTER = "letter", _("Post")

    class Method(models.TextChoices):
        FORM = "form", _("Formular")
        DOUBLE_OPT_IN = "double_opt_in", _("Bestätigungsmail")
        SPOKEN = "spoken", _("mündlich")
        WRITTEN = "written", _("schriftlich")
        IMPORT = "import", _("Import")

    contact = reference(Contact, models.CASCADE, related_name="consents")
    channel = models.CharField(_("Kanal"), max_length=10, choices=Channel)
    granted = models.BooleanField(_("Erteilt"))  # False: withdrawn
    wording = models.TextField(_("Wortlaut"), max_length=2000, blank=True)
    place = models.CharField(_("Wo"), max_length=200, blank=True)
    method = models.CharField(_("Wie"), max_length=20, choices=Method)
    occurred_at = models.DateTimeField(_("Wann"))
    # Which version of the wording it was, as the sender counts them.
    wording_version = models.CharField(_("Fassung"), max_length=40, blank=True, default="", db_default="")
    # Whether it is known that the person whose address it is agreed. If not, it counts for nothing until they confirm.
    is_proven = models.BooleanField(default=True, db_default=True)
    # The address (lower case) or number it was given for; "": not known. A withdrawal counts for all of the person's.
    address = models.CharField(_("Wofür"), max_length=254, blank=True, default="", db_default="")
    recorded_by = reference(User, null=True)
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["contact", "channel", "-occurred_at", "-id"], name="consent_by_contact")]

    def __str__(self) -> str:
        return f"{self.channel} {'granted' if self.granted else 'withdrawn'} ({self.contact_id})"


class Change(AccountModel):
    """History of a contact that is not an action: assignment, due date, edit, import, trash."""

    class Kind(models.TextChoices):
        CREATED = "created", _("Angelegt")
        ASSIGNED = "assigned", _("Zuweisung")
        DUE = "due", _("Fälligkeit")
        EDITED = "edited", _("Bearbeitet")
        IMPORTED = "imported", _("Import")
        TRASHED = "trashed", _("Gelöscht")
        RESTORED = "restored", _("Wiederhergestellt")
        STATUS = "status", _("Status des zusammengeführten Kontakts")
        MERGED = "merged", _("Zusammengeführt")
        PARTED = "parted", _("Zusammenführung zurückgenommen")
        LINKS_ASKED = "links_asked", _("Links zum Abbestellen angefordert, noch nichts bestätigt")

    contact = reference(Contact, models.CASCADE, related_name="changes")
    kind = models.CharField(max_length=20, choices=Kind)
    before = models.CharField(max_length=400, blank=True)
    after = models.CharField(max_length=400, blank=True)
    actor = reference(User, null=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["contact", "-at"], name="change_by_contact")]

    def __str__(self) -> str:
        return f"{self.kind} ({self.contact_id})"

"""The office's own forms on its website: what they ask, and the wordings of the consents they ask for."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, AccountModel, User
from base.references import reference
from contacts.choices import Source
from contacts.models import Consent
from intake.models.inlets import Inlet

MAX_WORDING = 2000  # as the evidence


class Form(AccountModel):
    """A public page of the office on which people ask something (Formular). What they send arrives by its inlet.

    The inlet also has its name, and whether it is on.
    """

    class Language(models.TextChoices):
        GERMAN = "de", _("Deutsch")
        ENGLISH = "en", _("Englisch")

    inlet = reference(Inlet, models.CASCADE)
    slug = models.SlugField(max_length=60)  # part of its address: never changes
    language = models.CharField(_("Sprache"), max_length=2, choices=Language, default=Language.GERMAN)
    title = models.CharField(_("Überschrift"), max_length=120)
    intro = models.TextField(_("Einleitung"), max_length=1000, blank=True)
    button = models.CharField(_("Beschriftung des Knopfes"), max_length=40, blank=True)
    thanks = models.TextField(_("Dank"), max_length=1000, blank=True)
    thanks_address = models.CharField(_("Eigene Dankesseite"), max_length=300, blank=True)
    # Origins that may show it in a frame, one a line.
    frame_origins = models.TextField(_("Seiten, die es einbetten"), max_length=2000, blank=True)
    source = models.CharField(_("Quelle der Kontakte"), max_length=20, choices=Source, default=Source.FORM)
    # Whether browsers solve a puzzle first; what comes without waits for a person.
    has_puzzle = models.BooleanField(default=False, db_default=False)
    was_online = models.BooleanField(default=False, db_default=False)  # until then nobody outside knows of it
    version = models.PositiveIntegerField(default=1)  # counts edits

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "slug"], name="form_slug_once"),
            models.UniqueConstraint(fields=["inlet"], name="form_of_inlet"),
            models.UniqueConstraint(fields=["id", "account"], name="form_of_account"),
            models.CheckConstraint(condition=Q(language__in=["de", "en"]), name="form_language_known"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def origins(self) -> list[str]:
        """The origins that may show it in a frame."""
        return self.frame_origins.split()


class Question(AccountModel):
    """A field of a form: a fact of the contact, or a question of the office's own."""

    class Kind(models.TextChoices):
        LINE = "line", _("Zeile")
        LINES = "lines", _("mehrere Zeilen")
        CHOICE = "choice", _("eine Antwort aus einer Liste")
        SEVERAL = "several", _("mehrere Antworten aus einer Liste")
        YES = "yes", _("Ja oder nein")

    form = reference(Form, models.CASCADE, related_name="questions")
    position = models.PositiveSmallIntegerField()
    fact = models.CharField(max_length=40, blank=True)  # "": a question of the office's own
    label = models.CharField(_("Frage"), max_length=120, blank=True)  # "": as the fact is called
    hint = models.CharField(_("Hinweis"), max_length=200, blank=True)
    kind = models.CharField(_("Antwort"), max_length=10, choices=Kind, default=Kind.LINE)  # of one's own question
    options = models.TextField(_("Antworten zur Auswahl"), max_length=2000, blank=True)  # one a line
    is_required = models.BooleanField(_("Pflichtfeld"), default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["form", "fact"], condition=~Q(fact=""), name="question_fact_once"),
            models.CheckConstraint(condition=~Q(fact="", label=""), name="question_has_words"),
        ]
        indexes = [models.Index(fields=["form", "position"], name="question_by_form")]

    def __str__(self) -> str:
        return self.label or self.fact

    @property
    def answers(self) -> list[str]:
        """The answers to choose from."""
        return [line for line in map(str.strip, self.options.splitlines()) if line]


class Wording(AccountModel):
    """The words of a consent that a form asks for (Wortlaut). Rows are only added; "" stops asking for the channel."""

    form = reference(Form, models.CASCADE, related_name="wordings")
    channel = models.CharField(_("Kanal"), max_length=10, choices=Consent.Channel)
    version = models.PositiveIntegerField()
    text = models.TextField(_("Wortlaut"), max_length=MAX_WORDING, blank=True)
    created_by = reference(User, null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["form", "channel", "version"], name="wording_version_once")]

    def __str__(self) -> str:
        return f"{self.channel} {self.version}"


class SpentPuzzle(AccountModel):
    """A puzzle of a form that was solved and used. It goes when it has expired."""

    account = models.ForeignKey(Account, models.CASCADE, db_index=False)
    signature = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.signature[:8]

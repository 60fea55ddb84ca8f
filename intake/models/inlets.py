"""The ways by which leads arrive."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, AccountModel, User
from base.references import reference


class InletKind(models.TextChoices):
    FORM = "form", _("Formular")
    API = "api", _("Schnittstelle")
    HOOK = "hook", _("Web-Hook")
    ADDRESS = "address", _("E-Mail-Adresse des Büros")
    MAILBOX = "mailbox", _("Postfach")


class Program(models.TextChoices):
    """What sends to a web hook, which decides how it proves itself."""

    ELEMENTOR = "elementor", "Elementor"
    WPFORMS = "wpforms", "WPForms"
    GRAVITY_FORMS = "gravity_forms", "Gravity Forms"
    CONTACT_FORM_7 = "contact_form_7", "Contact Form 7"
    TYPEFORM = "typeform", "Typeform"
    GOOGLE_ADS = "google_ads", _("Lead-Formulare von Google Ads")
    META = "meta", _("Lead Ads von Meta (Facebook, Instagram)")
    AUTOMATION = "automation", _("Zapier, Make oder n8n")
    OTHER = "other", _("anderes Programm")


class Inlet(AccountModel):
    """One way by which leads arrive (Eingangsweg). Its name is what people call it: „ImmoScout24“."""

    account = models.ForeignKey(Account, models.CASCADE)
    kind = models.CharField(max_length=10, choices=InletKind)
    name = models.CharField(_("Name"), max_length=60)
    # What ids of its sender's are kept under: as it was called at the first one, whatever it is called later.
    source = models.CharField(max_length=60, blank=True, db_default="")
    # The unguessable part of its address, if it has one; of a web hook as SHA-256, and beside it sealed.
    token = models.CharField(max_length=64, unique=True, null=True)
    sealed_token = models.TextField(blank=True, db_default="")
    program = models.CharField(_("Absender"), max_length=20, choices=Program, blank=True, db_default="")  # of a hook
    secret = models.TextField(blank=True)  # sealed by `base.vault`: what its sender signs with
    access = models.TextField(blank=True, db_default="")  # sealed: with which we fetch what its sender only names
    mapping = models.JSONField(default=dict)  # what its kind needs to know
    is_active = models.BooleanField(default=True)
    # Whether a consent counts without double opt-in; only for senders that sign.
    trusts_consents = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    created_by = reference(User, null=True)
    # How much arrived, for the limits of `arrivals`: in the minute and on the day that began then.
    last_arrival_at = models.DateTimeField(null=True)
    minute = models.DateTimeField(null=True)
    in_minute = models.PositiveIntegerField(default=0)
    day = models.DateTimeField(null=True)
    in_day = models.PositiveIntegerField(default=0)
    bytes_in_day = models.BigIntegerField(default=0)
    dropped = models.BigIntegerField(default=0)  # beyond the limits

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id", "account"], name="inlet_of_account"),
            models.UniqueConstraint(
                fields=["account", "source"], condition=~models.Q(source=""), name="inlet_source_once"
            ),
            models.CheckConstraint(condition=models.Q(kind__in=InletKind.values), name="inlet_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.kind})"

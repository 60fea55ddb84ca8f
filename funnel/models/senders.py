"""Who an office's mails come from, and the days on which it sends none."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import HUES, Account, AccountModel


class LegalForm(models.TextChoices):
    """Legal forms, on which the required fields of the Impressum depend (§ 5 DDG)."""

    SOLE = "sole", _("Einzelunternehmen")
    REGISTERED = "registered", _("e. K.")
    MERCHANT_MAN = "ekfm", _("e. Kfm.")
    MERCHANT_WOMAN = "ekfr", _("e. Kfr.")
    GBR = "gbr", _("GbR")
    EGBR = "egbr", _("eGbR")
    OHG = "ohg", _("OHG")
    KG = "kg", _("KG")
    GMBH_KG = "gmbh_kg", _("GmbH & Co. KG")
    GMBH = "gmbh", _("GmbH")
    GGMBH = "ggmbh", _("gGmbH")
    UG = "ug", _("UG (haftungsbeschränkt)")
    AG = "ag", _("AG")
    KGAA = "kgaa", _("KGaA")
    PARTG = "partg", _("PartG")


class AddressProof(models.TextChoices):
    """How verifying an office's own sender address ended."""

    ASKED = "asked", _("unterwegs")
    PASSED = "passed", _("bestanden")
    FAILED = "failed", _("nicht bestanden")
    UNJUDGED = "unjudged", _("ohne Prüfergebnis")
    REFUSED = "refused", _("abgelehnt")


class Sender(AccountModel):
    """Who an office's mails come from (Absender), with the Impressum required by law and the sending limits."""

    account = models.OneToOneField(Account, models.CASCADE, primary_key=True, related_name="sender")
    is_on = models.BooleanField(_("E-Mail-Funnel eingeschaltet"), default=True)
    name = models.CharField(_("Absendername"), max_length=120, blank=True)
    email = models.CharField(_("Absenderadresse"), max_length=254, blank=True)  # "": MAIL_FROM of the installation
    # The last address that was verified by a test mail, and how the last test mail ended.
    proven = models.CharField(max_length=254, blank=True, editable=False, default="", db_default="")
    proof = models.CharField(max_length=20, choices=AddressProof, blank=True, editable=False, default="", db_default="")
    asked_at = models.DateTimeField(null=True, editable=False)
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
    seat = models.CharField(
        _("Sitz, wenn er nicht am Ort der Anschrift ist"),
        max_length=80,
        blank=True,
        db_default="",
        default="",
    )
    general_partner = models.CharField(
        _("Persönlich haftende Gesellschafterin"), max_length=120, blank=True, db_default="", default=""
    )
    general_partner_register = models.CharField(
        _("Ihr Registergericht und ihre Nummer"), max_length=120, blank=True, db_default="", default=""
    )
    board_chair = models.CharField(
        _("Vorsitz des Aufsichtsrats"), max_length=120, blank=True, db_default="", default=""
    )
    vat_id = models.CharField(_("USt-IdNr."), max_length=20, blank=True)
    supervisor = models.CharField(_("Aufsichtsbehörde (§ 34c GewO)"), max_length=200, blank=True)
    privacy_url = models.CharField(_("Datenschutzerklärung (Adresse)"), max_length=300, blank=True)
    # Mails leave Monday to Friday between these times, in the office's time zone, except on its holidays.
    window_from = models.TimeField(_("Versand ab"), default="08:00")
    window_until = models.TimeField(_("Versand bis"), default="18:00")
    max_per_day = models.PositiveSmallIntegerField(
        _("Höchstens Mails am Tag je Person"), default=1, db_column="most_a_day"
    )
    max_per_week = models.PositiveSmallIntegerField(
        _("Höchstens Mails in sieben Tagen je Person"), default=2, db_column="most_a_week"
    )
    # The office's own mail server in the form of EMAIL_URL, encrypted because it holds a password. Set by the operator;
    # "" means the installation's server.
    relay = models.CharField(max_length=1000, blank=True, editable=False)

    version = models.PositiveIntegerField(default=1, editable=False)  # counts edits of the form

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(hue__gte=1, hue__lte=HUES), name="sender_hue_known"),
            models.CheckConstraint(
                condition=Q(window_from__lt=models.F("window_until")), name="sender_window_has_hours"
            ),
            models.CheckConstraint(condition=Q(max_per_day__gte=1, max_per_week__gte=1), name="sender_caps"),
        ]

    def __str__(self) -> str:
        return self.name


class Holiday(AccountModel):
    """A day on which an office sends nothing (freier Tag)."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="holidays", db_index=False)
    day = models.DateField(_("Tag"))
    name = models.CharField(_("Anlass"), max_length=80, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "day"], name="holiday_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"

"""Choices for facts of a contact."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Salutation(models.TextChoices):
    MRS = "mrs", _("Frau")
    MR = "mr", _("Herr")
    NEUTRAL = "neutral", _("ohne Anrede")


class PropertyKind(models.TextChoices):
    HOUSE = "house", _("Einfamilienhaus")
    APARTMENT = "apartment", _("Wohnung")
    MULTI_FAMILY = "multi_family", _("Mehrfamilienhaus")
    LAND = "land", _("Grundstück")
    COMMERCIAL = "commercial", _("Gewerbe")
    OTHER = "other", _("Sonstiges")


class SellHorizon(models.TextChoices):
    NOW = "now", _("sofort")
    THREE_MONTHS = "3_months", _("in 3 Monaten")
    SIX_MONTHS = "6_months", _("in 6 Monaten")
    TWELVE_MONTHS = "12_months", _("in 12 Monaten")
    LATER = "later", _("später")
    UNKNOWN = "unknown", _("noch offen")


class Source(models.TextChoices):
    FORM = "form", _("Website")
    VALUATION = "valuation", _("Bewertungsanfrage")
    GUIDE = "guide", _("Ratgeber")
    PORTAL = "portal", _("Portal")
    PHONE = "phone", _("Telefon")
    RECOMMENDATION = "recommendation", _("Empfehlung")
    EVENT = "event", _("Veranstaltung")
    IMPORT = "import", _("Import")
    OTHER = "other", _("Sonstige")


class ContactPointKind(models.TextChoices):
    PRIVATE = "private", _("privat")
    WORK = "work", _("geschäftlich")
    MOBILE = "mobile", _("mobil")
    FAX = "fax", _("Fax")
    OTHER = "other", _("sonstige")

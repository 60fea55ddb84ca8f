"""What a contact wants to sell: the columns of a contact for it, apart from how it is reached."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from contacts.choices import PropertyKind, SellHorizon


class Sold(models.Model):
    """The property, what it is worth and when it is to be sold. New columns have a default of the database, or null."""

    property_kind = models.CharField(_("Objektart"), max_length=20, choices=PropertyKind, blank=True)
    living_area = models.DecimalField(_("Wohnfläche in m²"), max_digits=9, decimal_places=2, null=True, blank=True)
    plot_area = models.DecimalField(_("Grundstück in m²"), max_digits=9, decimal_places=2, null=True, blank=True)
    year_built = models.PositiveSmallIntegerField(_("Baujahr"), null=True, blank=True)
    # Its address, if that is not where the contact lives.
    property_street = models.CharField(
        _("Straße und Hausnummer (Objekt)"), max_length=120, blank=True, default="", db_default=""
    )
    property_postal_code = models.CharField(_("PLZ (Objekt)"), max_length=10, blank=True, default="", db_default="")
    property_city = models.CharField(_("Ort (Objekt)"), max_length=80, blank=True, default="", db_default="")
    sell_horizon = models.CharField(
        _("Verkaufszeitpunkt"), max_length=20, choices=SellHorizon, blank=True, default="", db_default=""
    )
    # What somebody said it is worth, in whole euros.
    value = models.IntegerField(_("Wert"), null=True, blank=True)
    value_from = models.IntegerField(_("Wert von"), null=True, blank=True)
    value_to = models.IntegerField(_("Wert bis"), null=True, blank=True)
    value_provider = models.CharField(_("Bewertet von"), max_length=120, blank=True, default="", db_default="")
    value_link = models.CharField(_("Link zur Bewertung"), max_length=500, blank=True, default="", db_default="")

    class Meta:
        abstract = True

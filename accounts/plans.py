"""What an office has booked, and the one gate that asks for it."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Plan(TextChoices):
    STARTER = "starter", _("Starter")
    EXPERT = "expert", _("Expert")


class Feature(TextChoices):
    """Something only some plans contain. The label is the sentence that says so."""

    ASSIGN = "assign", _("Nur im Expert-Paket: Kontakte Mitarbeitern zuweisen")


FEATURES: dict[str, frozenset[Feature]] = {
    Plan.STARTER: frozenset(),
    Plan.EXPERT: frozenset({Feature.ASSIGN}),
}


def can(plan: str, feature: Feature) -> bool:
    """Whether the plan contains the feature; an unknown plan contains nothing."""
    return feature in FEATURES.get(plan, frozenset())

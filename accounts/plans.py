"""Plans and the features they include."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Plan(TextChoices):
    STARTER = "starter", _("Starter")
    EXPERT = "expert", _("Expert")


class Feature(TextChoices):
    """A feature that only some plans include. The label is the sentence that explains this."""

    ASSIGN = "assign", _("Nur im Expert-Paket: Kontakte Mitarbeitern zuweisen")


FEATURES: dict[str, frozenset[Feature]] = {
    Plan.STARTER: frozenset(),
    Plan.EXPERT: frozenset({Feature.ASSIGN}),
}


def can(plan: str, feature: Feature) -> bool:
    """Return whether the plan includes the feature; an unknown plan includes none."""
    return feature in FEATURES.get(plan, frozenset())

"""First steps of a new office, shown in place of an empty board or list."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Role, User
from funnel.letters import imprint
from funnel.models import Sender


@dataclass(frozen=True)
class FirstStep:
    """Something to do, where to do it, and whether it is done."""

    label: str
    why: str
    address: str
    icon: str
    is_done: bool = False


def load(user: User) -> list[FirstStep]:
    """Return the steps this user can take, in their order, in two statements."""
    steps = [
        FirstStep(
            _("Ersten Kontakt anlegen"),
            _("Wer gerade angerufen hat: Name und Nummer genügen."),
            reverse("pipeline:contact-new"),
            "user-plus",
        )
    ]
    return [*_of_leaders(user), *steps] if user.leads else steps


def _of_leaders(user: User) -> list[FirstStep]:
    sender = Sender.objects.of(user.account).select_related("account").get()
    steps = [
        FirstStep(
            _("Impressum vervollständigen"),
            _("Ohne Impressum geht keine Mail hinaus."),
            reverse("funnel:sender"),
            "mail",
            not imprint.missing(sender),
        )
    ]
    if user.role == Role.ADMINISTRATOR:
        why = _("Von Ihrer Website, aus Portalen und aus Ihrem Postfach.")
        steps.append(FirstStep(_("Anfragen von selbst eintreffen lassen"), why, reverse("intake:inlets"), "inbox"))
        others = User.objects.of(user.account).exclude(pk=user.pk).exists()
        steps.append(
            FirstStep(
                _("Kollegen einladen"),
                _("Jeder bekommt einen eigenen Zugang."),
                reverse("members"),
                "users",
                others,
            )
        )
    why = _("Aus Outlook, Google, Excel oder einem anderen Programm.")
    return [*steps, FirstStep(_("Kontakte importieren"), why, reverse("pipeline:imports"), "upload")]

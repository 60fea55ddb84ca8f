"""What an office does in each program so that it sends to a web hook, and how the program proves that it was it."""

from typing import NamedTuple

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from intake.hooks.proofs import KEY_HEADER
from intake.models import Program

_NONE = _(
    "Dieses Programm kann sich nicht ausweisen: Wer die Adresse kennt, kann senden. Zeigen Sie sie niemandem, und holen"
    " Sie eine neue, wenn sie bekannt geworden ist."
)
_BY_HEADER = _(
    "Das Programm sendet den Schlüssel in der Kopfzeile „%(header)s“ mit (oder „Authorization: Bearer …“), oder es"
    " signiert damit nach Standard Webhooks. Ohne ihn wird dann nichts angenommen."
)


class Manual(NamedTuple):
    """How to have a program send, and what is said of its proof."""

    steps: str
    proof: str
    has_proof: bool = True


MANUALS = {
    Program.ELEMENTOR: Manual(
        _("Im Formular unter „Aktionen nach dem Absenden“ „Webhook“ hinzufügen, dort die Adresse einsetzen."),
        _NONE,
        False,
    ),
    Program.WPFORMS: Manual(
        _("Mit der Erweiterung „Webhooks“: im Formular unter Einstellungen, Methode POST, Format JSON oder Formular."),
        _BY_HEADER,
    ),
    Program.GRAVITY_FORMS: Manual(
        _("Mit der Erweiterung „Webhooks“: im Formular unter Einstellungen, Methode POST, alle Felder."), _BY_HEADER
    ),
    Program.CONTACT_FORM_7: Manual(
        _("Mit einer Erweiterung wie „CF7 to Webhook“: im Formular auf dem Reiter „Webhook“ die Adresse einsetzen."),
        _NONE,
        False,
    ),
    Program.TYPEFORM: Manual(
        _("Im Formular unter „Connect“, „Webhooks“ die Adresse als Endpunkt einsetzen."),
        _("Tragen Sie das Geheimnis dort unter „Secret“ ein; Typeform signiert damit alles, was es sendet."),
    ),
    Program.GOOGLE_ADS: Manual(
        _("Im Lead-Formular unter „Leads exportieren“, „Webhook“ die Adresse als Webhook-URL einsetzen."),
        _("Tragen Sie den Schlüssel dort unter „Schlüssel“ ein. Mit „Testdaten senden“ sehen Sie hier, ob es geht."),
    ),
    Program.META: Manual(
        _("In der Meta-App unter „Webhooks“, „Page“ das Feld „leadgen“ abonnieren; die Adresse ist die Callback-URL."),
        _("Tragen Sie hier den „App-Geheimcode“ Ihrer Meta-App ein; Meta signiert damit alles, was es sendet."),
    ),
    Program.AUTOMATION: Manual(
        _("Als letzten Schritt „Webhook“ oder „HTTP Request“ wählen: Methode POST, Inhalt JSON, mit dieser Adresse."),
        _BY_HEADER,
    ),
    Program.OTHER: Manual(
        _("Das Programm sendet mit POST an diese Adresse: JSON oder ein Formular, so viele Felder, wie es hat."),
        _BY_HEADER,
    ),
}


def manual(program: str) -> Manual:
    found = MANUALS.get(Program(program or Program.OTHER), MANUALS[Program.OTHER])
    return found._replace(steps=gettext(found.steps), proof=gettext(found.proof) % {"header": KEY_HEADER})

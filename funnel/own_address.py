"""What an office is told about its own sender address: whether it is used, why not, and what to do."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from funnel.letters import inbound, sender_address
from funnel.models import AddressProof, Sender

EXPECTED_WITHIN = timedelta(hours=1)
SENTENCES: dict[str, str | Promise] = {
    "": gettext_lazy("Ihre Absenderadresse ist noch nicht geprüft."),
    AddressProof.ASKED: gettext_lazy("Die Testmail von Ihrer Adresse ist nicht angekommen."),
    AddressProof.FAILED: gettext_lazy(
        "Die Testmail kam an, aber Ihre Empfänger hielten sie für gefälscht: %(domain)s erlaubt uns das Senden nicht."
    ),
    AddressProof.REFUSED: gettext_lazy("Der Mailserver hat die Testmail von Ihrer Adresse abgelehnt."),
    AddressProof.UNJUDGED: gettext_lazy(
        "Die Testmail kam an, aber unser Postfach hat nicht geprüft, ob %(domain)s uns das Senden erlaubt."
    ),
}
FOR_THE_DOMAIN = gettext_lazy(
    "Bitte geben Sie das weiter an die Person, die %(domain)s für Sie betreut: „Der Mailserver der Kontakte-Pipeline"
    " soll für %(domain)s senden dürfen. Dafür braucht es einen Eintrag für SPF oder DKIM.“ Prüfen Sie danach noch"
    " einmal."
)
FOR_THE_OPERATOR = gettext_lazy("Bitte sagen Sie es dem Betreiber dieser Installation.")
HELP: dict[str, str | Promise] = {
    AddressProof.FAILED: FOR_THE_DOMAIN,
    AddressProof.REFUSED: FOR_THE_DOMAIN,
    AddressProof.ASKED: FOR_THE_OPERATOR,
    AddressProof.UNJUDGED: FOR_THE_OPERATOR,
}


@dataclass(frozen=True)
class OwnAddress:
    """The state of an office's own address. `used` is the address that its mails come from now."""

    used: str
    is_own: bool
    sentence: str
    help: str = ""
    may_check: bool = False


def load(sender: Sender, now: datetime) -> OwnAddress | None:
    """Return the state, or None if the office has no address of its own or mails are only written to files."""
    if not sender.email or not settings.EMAIL_URL:
        return None
    used = sender_address.shown_from(sender)
    if sender_address.own_from(sender):
        sentence = _("Ihre Absenderadresse ist geprüft und wird verwendet.")
        return OwnAddress(used, True, sentence, may_check=inbound.is_enabled())
    if not inbound.is_enabled():
        return OwnAddress(used, False, _("Ihre Absenderadresse kann hier nicht geprüft werden."))
    if sender.proof == AddressProof.ASKED and sender.asked_at and sender.asked_at > now - EXPECTED_WITHIN:
        return OwnAddress(used, False, _("Eine Testmail von Ihrer Absenderadresse ist unterwegs."))
    named = {"domain": sender.email.rpartition("@")[2]}
    helping = str(HELP.get(sender.proof, ""))
    return OwnAddress(used, False, str(SENTENCES[sender.proof]) % named, helping % named, may_check=True)

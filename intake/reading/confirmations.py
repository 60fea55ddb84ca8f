"""Mails in which a provider asks whether it may forward mails to us: somebody has to answer them."""

import re

from django.utils.translation import gettext_noop as _

from intake.reading.lead import Confirmation
from intake.reading.portals import is_of
from intake.reading.words import CONFIRM_LINK, CONFIRMS

ASKED = _("Der Anbieter des Postfachs fragt, ob er Mails hierher weiterleiten darf. Bitte bestätigen Sie das dort.")

_PROVIDERS = {
    "Gmail": ("google.com", "googlemail.com", "gmail.com"),
    "GMX": ("gmx.net", "gmx.de", "gmx.at", "gmx.ch"),
    "WEB.DE": ("web.de",),
    "Outlook": ("microsoft.com", "outlook.com", "hotmail.com", "live.com", "office365.com", "office.com"),
    "T-Online": ("t-online.de", "telekom.de"),
    "IONOS": ("ionos.de", "1und1.de", "ionos.com"),
    "Strato": ("strato.de",),
    "Yahoo": ("yahoo.com", "yahoo-inc.com", "yahoo.de"),
    "iCloud": ("apple.com", "icloud.com"),
}
_LINK = re.compile(r"https://[^\s<>\"'()]{4,1500}")
_CODE = re.compile(r"(?:code|pin|tan|nummer)\b[^\d\n]{0,60}+\n?+[^\d\n]{0,20}+\b([0-9]{4,12})\b", re.IGNORECASE)
_CODE_IN_SUBJECT = re.compile(r"\(#([0-9]{4,12})\)")


def confirmation_in(sender: str, subject: str, text: str) -> Confirmation | None:
    """Return the question, if the mail asks one. Anybody can write such a mail: show it as text, never follow it."""
    provider = next((name for name, domains in _PROVIDERS.items() if is_of(sender, domains)), "")
    if not provider or not CONFIRMS.match(subject):
        return None
    links = _LINK.findall(text[:50_000])
    link = next((one for one in links if CONFIRM_LINK.search(one)), links[0] if links else "")
    code = _CODE_IN_SUBJECT.search(subject) or _CODE.search(text[:50_000])
    return Confirmation(ASKED, provider=provider, link=link.rstrip(".,;"), code=code[1] if code else "")

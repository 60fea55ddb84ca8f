"""Validating e-mail addresses without network access."""

import re
from functools import lru_cache

from django.utils.translation import gettext as _
from email_validator import EmailNotValidError, validate_email

MAX_LENGTH = 254

MAX_PLAIN_LENGTH = 100  # characters; longer addresses are left to the library, which knows all limits
_PLAIN_LOCAL = re.compile(r"(?=.{1,64}$)[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*")
_PARTED = re.compile(r"[,;/|\s]+")  # what people write between several addresses


def clean_email(raw: str) -> str:
    """Return the address in lower case, its domain in punycode. Raises ValueError with a sentence for the user.

    Refused besides what is no address: several addresses, names around it, quoted local parts, domains without a
    dot, and umlauts before the @, which only relays with SMTPUTF8 take.
    """
    text = raw.strip()
    if len(text) > MAX_LENGTH:
        raise _too_long()
    if sum("@" in part for part in _PARTED.split(text)) > 1:
        raise ValueError(_("Bitte nur eine E-Mail-Adresse angeben."))
    local, _at, domain = text.rpartition("@")
    if local and not local.isascii():
        raise ValueError(_("Vor dem @ einer E-Mail-Adresse sind Umlaute und Sonderzeichen nicht erlaubt."))
    try:
        if "." not in domain.strip("."):
            raise EmailNotValidError
        is_plain = _PLAIN_LOCAL.fullmatch(local) and len(text) < MAX_PLAIN_LENGTH
        address = f"{local}@{_ascii_domain(domain)}" if is_plain else _validated(text)
    except EmailNotValidError:
        raise ValueError(_("„%(text)s“ ist keine gültige E-Mail-Adresse.") % {"text": text}) from None
    if address is None or len(address) > MAX_LENGTH:
        raise _too_long()
    return address.lower()


@lru_cache(maxsize=1024)
def _ascii_domain(domain: str) -> str:
    """Return the domain in punycode. Cached, because it is slow, and many addresses share a domain."""
    return str(_validated(f"a@{domain}")).removeprefix("a@")


def _validated(text: str) -> str | None:
    return validate_email(
        text, check_deliverability=False, allow_smtputf8=False, allow_quoted_local=False, strict=True
    ).ascii_email


def _too_long() -> ValueError:
    return ValueError(_("Die E-Mail-Adresse ist zu lang (höchstens %(limit)s Zeichen).") % {"limit": MAX_LENGTH})

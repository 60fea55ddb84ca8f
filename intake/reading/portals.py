"""Portals whose mails we know: their senders, the subjects of inquiries, and addresses that are only relays."""

import re
from typing import NamedTuple

from intake.reading.lead import Lead


class Portal(NamedTuple):
    name: str
    domains: tuple[str, ...]
    subject: re.Pattern[str]  # of an inquiry; its group is the object
    needs_subject: bool = False  # its sender's address sends other mails as well
    message_is_last: bool = True


PORTALS = (
    Portal(
        "immoscout24",
        ("immobilienscout24.de", "immoscout24.de", "immobilienscout24.at", "immoscout24.ch"),
        re.compile(r"\bObjekt\s{1,4}([\w./-]{2,60})", re.IGNORECASE),
        needs_subject=True,
    ),
    Portal(
        "immowelt", ("immowelt.de", "immowelt.at"), re.compile(r"\bRef\.-?\s?Nr\.:? ([^\s:]{1,60}):", re.IGNORECASE)
    ),
    Portal("immonet", ("immonet.de",), re.compile(r"\bReferenznummer: ?([^\s,;]{1,60})", re.IGNORECASE)),
    Portal(
        "kleinanzeigen",
        ("kleinanzeigen.de", "ebay-kleinanzeigen.de"),
        re.compile(r"\bAnzeigen?nummer:? ?([0-9]{4,20})", re.IGNORECASE),
        message_is_last=False,
    ),
)
_DOMAINS = tuple(domain for portal in PORTALS for domain in portal.domains)


def portal_of(addresses: list[str], subject: str) -> Portal | None:
    """Return the portal that a mail comes from: by its addresses, or by a subject that only this portal writes."""
    by_sender = next((one for one in PORTALS if any(is_of(address, one.domains) for address in addresses)), None)
    if by_sender is not None:
        return by_sender
    return next((one for one in PORTALS[1:] if one.subject.search(subject)), None)


def is_of(address: str, domains: tuple[str, ...]) -> bool:
    domain = address.lower().rpartition("@")[2]
    return any(domain == one or domain.endswith(f".{one}") for one in domains)


def without_relays(lead: Lead) -> Lead:
    """Keep a portal's relay as an address only where the person has no other, and mark it as not theirs."""
    relays = [address for address in lead.emails if is_of(address, _DOMAINS)]
    own = [address for address in lead.emails if address not in relays]
    if own:
        lead.emails = own
        lead.further += [("Relay", address) for address in relays]
    lead.has_own_address = not relays or bool(own)
    return lead

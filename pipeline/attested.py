"""The consents that came with an inquiry: evidence, and the mail by which an address is proven."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from django.utils.translation import gettext as _

from contacts import consent, identity
from contacts.models import Consent, Contact
from contacts.pairs import Pair
from funnel import opt_in

MAX_WORDING, MAX_VERSION = 2000, 40


class Given(Protocol):
    """A consent as its sender says it. `ip` is there only if the office keeps it."""

    @property
    def channel(self) -> str: ...
    @property
    def granted(self) -> bool: ...
    @property
    def wording(self) -> str: ...
    @property
    def wording_version(self) -> str: ...
    @property
    def method(self) -> str: ...
    @property
    def place(self) -> str: ...
    @property
    def ip(self) -> str: ...


class Agreed(NamedTuple):
    """A `Given` of our own making."""

    channel: str
    granted: bool
    wording: str = ""
    wording_version: str = ""
    method: str = "form"
    place: str = ""
    ip: str = ""


def record(
    contact: Contact,
    consents: Iterable[Given],
    values: Mapping[str, Any],
    *,
    is_proven: bool,
    at: datetime,
    now: datetime,
) -> list[Pair]:
    """Record what was agreed to at `at` as evidence for the address or number of the inquiry.

    A box that was left empty declines for somebody who never agreed, and takes nothing back. What is no evidence, for
    want of its words, is returned, to stand in the text.
    """
    left: list[Pair] = []
    for given in consents:
        wording, channel = given.wording.strip(), str(given.channel)
        if channel not in Consent.Channel.values or (given.granted and not wording):
            said = _("erteilt, aber ohne Wortlaut") if given.granted else _("nicht erteilt")
            left.append([_("Einwilligung (%(channel)s)") % {"channel": channel}, said])
        elif given.granted or not _was_asked(contact, channel):
            consent.attest(
                contact=contact,
                channel=channel,
                granted=given.granted,
                method=given.method if given.method in Consent.Method.values else Consent.Method.FORM,
                wording=wording[:MAX_WORDING],
                wording_version=str(given.wording_version)[:MAX_VERSION],
                place=", ".join(filter(None, (given.place, given.ip))),
                address=_address(channel, values) if given.granted else "",
                is_proven=is_proven or channel != Consent.Channel.EMAIL,
                occurred_at=at,
                now=now,
            )
    return left


def ask_for_proof(
    contact: Contact,
    consents: Iterable[Given],
    values: Mapping[str, Any],
    *,
    is_proven: bool,
    asked_from: str,
    now: datetime,
) -> None:
    """Ask whether the address is theirs, if they agreed to e-mail and nobody has proven it."""
    email = Consent.Channel.EMAIL
    agreed = any(given.granted and given.channel == email and given.wording.strip() for given in consents)
    if agreed and not is_proven:
        opt_in.request(contact=contact, address=_address(email, values), asked_from=asked_from, now=now)


def _was_asked(contact: Contact, channel: str) -> bool:
    return Consent.objects.of(contact.account_id).filter(contact=contact, channel=channel).exists()


def _address(channel: str, values: Mapping[str, Any]) -> str:
    if channel == Consent.Channel.EMAIL:
        return str(values.get("email") or "").lower()
    phone = str(values.get("phone") or "") if channel == Consent.Channel.PHONE else ""
    return identity.number_of(phone) or phone

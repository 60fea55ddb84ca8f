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

    A refusal is what somebody answered who never agreed. Somebody who has agreed takes it back only through a sender
    who proves what it says: of others, it may be an empty box, and people decide. What is no evidence, for want of its
    words or of its address or number, is returned, to stand in the text.
    """
    left: list[Pair] = []
    for given in consents:
        wording, channel = given.wording.strip(), str(given.channel)
        if said := _why_not(contact, given, values, is_proven):
            left.append([_("Einwilligung (%(channel)s)") % {"channel": channel}, said])
        elif given.granted or not _was_asked(contact, channel) or _has_agreed(contact, channel):
            consent.attest(
                contact=contact,
                channel=channel,
                granted=given.granted,
                method=_method(given, is_proven),
                wording=wording[:MAX_WORDING],
                wording_version=given.wording_version[:MAX_VERSION],  # of a refusal, which counts whatever it says
                place=place_of(given),
                address=_address(channel, values) if given.granted else "",
                is_proven=is_proven or (channel != Consent.Channel.EMAIL and not _has_withdrawn(contact, channel)),
                occurred_at=at,
                now=now,
                is_news=_has_agreed(contact, channel),  # else no older backup could bring back a consent
            )
    return left


def place_of(given: Given) -> str:
    """Return where it was given, cut off where it is too long for the IP address beside it."""
    if not given.ip:
        return given.place
    room = (consent.MAX_PLACE_LENGTH or 0) - len(given.ip) - len(", ")
    return ", ".join(filter(None, (given.place[:room], given.ip)))


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
    agreed = any(
        given.granted and given.channel == email and given.wording.strip() and _fits(given) for given in consents
    )
    if agreed and not is_proven:
        opt_in.request(contact=contact, address=_address(email, values), asked_from=asked_from, now=now)


def _why_not(contact: Contact, given: Given, values: Mapping[str, Any], is_proven: bool) -> str:
    """Return what to say of a consent that is no evidence, or ""."""
    is_known = given.channel in Consent.Channel.values
    if not given.granted:
        is_left = not is_known or (not is_proven and _has_agreed(contact, given.channel))
        return _("nicht erteilt") if is_left else ""
    if not is_known or not given.wording.strip():
        return _("erteilt, aber ohne Wortlaut")
    if not _fits(given):
        return _("erteilt, aber der Wortlaut oder seine Fassung ist zu lang für einen Nachweis")
    if given.channel == Consent.Channel.LETTER or _address(given.channel, values):
        return ""
    return _("erteilt, aber ohne Adresse oder Nummer, für die sie gilt")


def _fits(given: Given) -> bool:
    """Whether the evidence has room for all of it: cut off, it would say something else."""
    return len(given.wording.strip()) <= MAX_WORDING and len(given.wording_version) <= MAX_VERSION


def _has_agreed(contact: Contact, channel: str) -> bool:
    """Whether the newest evidence, proven or not, is a consent."""
    rows = Consent.objects.of(contact.account_id).filter(contact=contact, channel=channel)
    newest = rows.order_by("-occurred_at", "-pk").first()
    return newest is not None and newest.granted


def _has_withdrawn(contact: Contact, channel: str) -> bool:
    """Whether they took a consent back, or told a colleague so. Anybody could type their number into a form."""
    rows = Consent.objects.of(contact.account_id).filter(contact=contact, channel=channel, is_proven=True)
    newest = consent.with_earlier_grant(rows).order_by("-occurred_at", "-pk").first()
    return newest is not None and not newest.granted and (newest.was_granted or newest.recorded_by_id is not None)


def _was_asked(contact: Contact, channel: str) -> bool:
    return Consent.objects.of(contact.account_id).filter(contact=contact, channel=channel).exists()


def _method(given: Given, is_proven: bool) -> str:
    """Return how it was given; that a mail was answered counts only of senders who prove what they say."""
    is_known = given.method in Consent.Method.values
    is_claimed = given.method == Consent.Method.DOUBLE_OPT_IN and not is_proven
    return given.method if is_known and not is_claimed else Consent.Method.FORM


def _address(channel: str, values: Mapping[str, Any]) -> str:
    if channel == Consent.Channel.EMAIL:
        return str(values.get("email") or "").lower()
    phone = str(values.get("phone") or "") if channel == Consent.Channel.PHONE else ""
    return identity.number_of(phone) or phone

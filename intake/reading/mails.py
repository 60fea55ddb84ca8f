"""Mails that may be leads, read in this order: XML, the container, a provider's question, labels of known senders."""

import hashlib
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from email.message import Message
from email.utils import getaddresses, parseaddr, parsedate_to_datetime
from functools import cached_property

from django.utils.translation import gettext_noop as _

from funnel.incoming.opened import PoisonMail, header, parse_bytes, parts
from intake.reading import container, feedback, objektanfrage, pages, xml_files
from intake.reading.composing import EMAIL, Item, compose
from intake.reading.confirmations import confirmation_in
from intake.reading.decoding import decoded
from intake.reading.labels import items_in
from intake.reading.lead import MAX_PEOPLE, Lead, NoLead, NotRead, Unread
from intake.reading.portals import Portal, is_of, portal_of, without_relays
from intake.reading.words import ADVERT, ANSWER_SUBJECT, FORM_SUBJECT, VIA_PORTAL

MAX_MAIL = 2_000_000  # bytes that are read: a file of 1 MB takes a third more in base64
MAX_XML_FILES = 10
MAX_TEXTS = 10

POISON = _("Die Mail ist so ungewöhnlich aufgebaut, dass sie nicht geöffnet wurde.")
UNKNOWN_XML = _("Die XML-Datei hat ein Format, das nicht bekannt ist.")
TOO_MANY = _("In der Mail stehen mehr als 50 Personen.")
ADVERTISING = _("Die Mail ist Werbung, ein Suchauftrag oder ein Newsletter.")
ANSWER = _("Die Mail ist eine Antwort und keine neue Anfrage.")
UNKNOWN = _("Weder Absender noch Betreff sind als Anfrage bekannt.")
NO_LABELS = _("Die Mail sieht nach einer Anfrage aus, aber ihre Angaben ließen sich nicht sicher zuordnen.")

_ROOTS = {feedback.ROOT: feedback.leads_in, objektanfrage.ROOT: objektanfrage.leads_in}
_XML_TYPES = ("application/xml", "text/xml")
_SENDERS = ("From", "Sender", "Return-Path", "Reply-To", "Resent-From", "X-Original-From", "X-Forwarded-For")
_FORWARDED = re.compile(r"^[ \t>*]{0,10}(?:von|from)\s?:\*?([^\n]{1,300})$", re.IGNORECASE | re.MULTILINE)
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_ENOUGH = 2  # labels of a person that make a block


def leads_in(raw: bytes, known_senders: Collection[str] = ()) -> list[Lead]:
    """Return the people who ask in a mail.

    `known_senders` are the addresses or domains that an office says its forms send from. Raises NotRead, NoLead, and
    Confirmation if a provider asks whether it may forward mails.
    """
    try:
        mail = Mail(parse_bytes(raw, MAX_MAIL))
        return [
            _dated(without_relays(lead), mail)
            for lead in _read(mail, frozenset(filter(None, map(str.lower, known_senders))))
        ]
    except Unread:
        raise
    except Exception:  # the library raises many exceptions on malformed mails
        raise NotRead(POISON) from None


def key_of(raw: bytes) -> str:
    """Return what tells a mail from all others of an office: its Message-ID or, without one, all of it, as a hash."""
    try:
        identity = header(parse_bytes(_END_OF_HEAD.split(raw, maxsplit=1)[0]), "Message-ID").encode()
    except PoisonMail:
        identity = b""
    return hashlib.sha256(identity if len(identity) > len("<>") else raw).hexdigest()


@dataclass
class Mail:
    """A parsed mail, and what its parts say."""

    message: Message
    faults: list[str] = field(default_factory=list)

    @cached_property
    def subject(self) -> str:
        return header(self.message, "Subject")

    @cached_property
    def sender(self) -> str:
        return parseaddr(header(self.message, "From"))[1].lower()

    @cached_property
    def addresses(self) -> list[str]:
        """Who sent it, or sent what a colleague forwards."""
        lines = [header(self.message, name) for name in _SENDERS]
        found = [address for _name, address in getaddresses([line for line in lines if line])]
        quoted = _FORWARDED.findall("\n".join(self.texts)[:20_000])[:20]
        return [address.lower() for address in [*found, *EMAIL.findall(" ".join(quoted)[:2000])] if address]

    @cached_property
    def pages(self) -> list[pages.Page]:
        return [pages.read(decoded(content)) for kind, content in self._texts() if kind == "text/html"]

    @cached_property
    def texts(self) -> list[str]:
        plain = [decoded(content)[: pages.MAX_LENGTH] for kind, content in self._texts() if kind == "text/plain"]
        return plain + ["\n".join("\n".join(row) for row in page.rows) for page in self.pages]

    def xml_files(self) -> Iterator[bytes]:
        for part in parts(self.message):
            name = str(part.get_filename() or "").lower()
            if part.get_content_type() in _XML_TYPES or name.endswith("xml"):
                content = part.get_payload(decode=True)
                if isinstance(content, bytes):
                    yield content

    def _texts(self) -> Iterator[tuple[str, bytes]]:
        texts = [part for part in parts(self.message) if part.get_content_maintype() == "text"]
        for part in texts[:MAX_TEXTS]:
            content = part.get_payload(decode=True)
            if isinstance(content, bytes) and not part.get_filename():
                yield part.get_content_type(), content


def _read(mail: Mail, known_senders: frozenset[str]) -> list[Lead]:
    if leads := _in_xml(mail):
        return leads
    if page := next((page for page in mail.pages if container.ID in page.by_id), None):
        return [container.lead_in(page)]
    if question := confirmation_in(mail.sender, mail.subject, "\n".join(mail.texts)):
        raise question
    portal = portal_of(mail.addresses, mail.subject)
    is_known = _is_known(mail, portal, known_senders)
    is_answer = _is_answer(mail)
    labelled = _in_labels(mail, portal) if is_known and not is_answer else None
    if is_known and (lead := labelled or _through_relay(mail, portal)):
        return [lead]
    if is_answer:
        raise NotRead(ANSWER)
    raise _refusal(mail, is_known or portal is not None)


def _in_xml(mail: Mail) -> list[Lead]:
    """Return who asks in XML files; what is wrong with them is remembered, because the mail may say it once more."""
    found: list[Lead] = []
    for number, content in enumerate(mail.xml_files()):
        if number == MAX_XML_FILES:
            break
        try:
            root = xml_files.parsed(content)
            reader = _ROOTS.get(xml_files.local(root))
            if reader is None:
                mail.faults.append(UNKNOWN_XML)
            else:
                found += reader(root)
        except NotRead as fault:
            mail.faults.append(fault.reason)
    if len(found) > MAX_PEOPLE:
        raise NotRead(TOO_MANY)
    return _once(found)


def _once(leads: list[Lead]) -> list[Lead]:
    """Return each lead once: some portals send the same in two formats."""
    said = [(lead.facts.get("last_name"), tuple(lead.emails), tuple(lead.phones), lead.message) for lead in leads]
    return [lead for number, lead in enumerate(leads) if said[number] not in said[:number]]


def _is_answer(mail: Mail) -> bool:
    """Return whether the labels in it are only quoted, or returned: a mail that was forwarded is no answer."""
    is_automatic = header(mail.message, "Auto-Submitted").lower().startswith("auto-replied")
    return (
        is_automatic
        or mail.message.get_content_type() == "multipart/report"
        or bool(ANSWER_SUBJECT.match(mail.subject))
    )


def _is_known(mail: Mail, portal: Portal | None, known_senders: frozenset[str]) -> bool:
    if portal is not None:
        return not portal.needs_subject or bool(portal.subject.search(mail.subject))
    is_own = any(address in known_senders or is_of(address, tuple(known_senders)) for address in mail.addresses)
    return is_own or bool(FORM_SUBJECT.search(mail.subject))


def _in_labels(mail: Mail, portal: Portal | None) -> Lead | None:
    """Return the lead of the text, or page, whose labels say most of the person."""
    rows = [pages.rows_of(text) for text in mail.texts[: len(mail.texts) - len(mail.pages)]]
    rows += [page.rows for page in mail.pages]
    blocks = [items_in(one, message_is_last=portal is not None and portal.message_is_last) for one in rows]
    best = max(blocks, key=_known_labels, default=[])
    if _known_labels(best) < _ENOUGH:
        return None
    about = portal.subject.search(mail.subject) if portal is not None else None
    best += [Item("subject", "subject", about[1])] if about else []
    best += [Item("source", "source", "portal")] if portal is not None else []
    best += [Item("source_detail", "source_detail", portal.domains[0])] if portal is not None else []
    try:
        return compose([*best, *_answers_to(mail, best)], parser=f"labels.{portal.name if portal else 'form'}")
    except NotRead:
        return None


def _through_relay(mail: Mail, portal: Portal | None) -> Lead | None:
    """Return the lead of a message that a portal passes on as it is, with a relay for answers."""
    name, relay = parseaddr(header(mail.message, "Reply-To"))
    text = "\n\n".join(mail.texts[:1]).strip()
    about = portal.subject.search(f"{mail.subject}\n{text[:20_000]}") if portal is not None else None
    if portal is None or about is None or not is_of(relay, portal.domains) or not text:
        return None
    name = VIA_PORTAL.split(name or parseaddr(header(mail.message, "From"))[0])[0]
    items = [Item("Reply-To", "email", relay), Item("From", "full_name", name), Item("", "message", text)]
    items += [Item("subject", "subject", about[1]), Item("source", "source", "portal")]
    return compose([*items, Item("source_detail", "source_detail", portal.domains[0])], parser=f"relay.{portal.name}")


def _known_labels(items: list[Item]) -> int:
    return len({item.target for item in items if item.target and item.value.strip()})


def _answers_to(mail: Mail, items: list[Item]) -> list[Item]:
    """Return the address for answers: of a portal it is a relay; of a form it is kept, but nobody said whose it is."""
    address = parseaddr(header(mail.message, "Reply-To"))[1]
    if not address or address.lower() == mail.sender or any(address in item.value for item in items):
        return []
    is_only = not any(item.target == "email" for item in items)
    return [Item("Reply-To", "email" if is_only and portal_of([address], "") else "", address)]


def _refusal(mail: Mail, is_known: bool) -> NotRead | NoLead:
    if mail.faults:
        return NotRead(mail.faults[0])
    is_bulk = "List-Unsubscribe" in mail.message or header(mail.message, "Precedence").lower() in ("bulk", "list")
    if ADVERT.search(mail.subject) and (is_bulk or is_known):
        return NoLead(ADVERTISING)
    if is_bulk and "List-Id" in mail.message:
        return NoLead(ADVERTISING)
    return NotRead(NO_LABELS if is_known else UNKNOWN)


def _dated(lead: Lead, mail: Mail) -> Lead:
    """Take the mail's date where the lead has none."""
    if lead.occurred_at is None:
        try:
            moment = parsedate_to_datetime(header(mail.message, "Date"))
        except (TypeError, ValueError, OverflowError):
            return lead
        lead.occurred_at = moment if moment.tzinfo else None
    return lead

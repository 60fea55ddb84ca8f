"""Classifying received mails: replies, automatic replies, bounces and complaints. Independent of Django.

Sources: delivery reports RFC 3464 with the status codes of RFC 3463 (RFC 6533 for internationalized addresses),
complaints RFC 5965, automatic replies RFC 3834, receipts RFC 8098. Where a program follows none of them, its words
decide.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime
from enum import Enum

from base.text import one_line
from funnel.incoming import reply_words
from funnel.incoming.bounces import BounceVerdict, judge
from funnel.incoming.opened import PoisonMail, body, header, parse_bytes, parts, source, text_of

MESSAGE_ID = re.compile(r"<[^<>\s@]{1,200}@[^<>\s@\[\]]{1,200}>")
ADDRESS = re.compile(r"[a-z0-9.!#$%&'*+/=?^_{|}~-]{1,64}@[a-z0-9.-]{1,255}", re.IGNORECASE)
FIELD = re.compile(r"^([a-z-]{4,40}):[ \t]*((?:.|\n[ \t])*)", re.IGNORECASE | re.MULTILINE)
TOKEN = re.compile(r"\+[brpu][0-9a-z]{1,13}-[a-z2-7]{12}@")  # an address of ours (`inbound`)
MAX_RESULTS = 20
MAX_IDS = 100
MAX_ADDRESSES = 20
MAX_QUOTE = 300
MAX_TEXT = 5000
MAX_QUOTES = 50  # in one reply
DELIVERY_STATUS = ("message/delivery-status", "message/global-delivery-status")
ORIGINALS = ("message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers")
NO_COMPLAINT = ("not-spam", "auth-failure", "dkim", "virus")
NOT_FAILED = ("delayed", "delivered", "relayed", "expanded")
BY_SEVERITY = (BounceVerdict.GONE, BounceVerdict.OWN_FAULT)  # of several recipients' verdicts, the first of these wins


class ReceivedKind(Enum):
    """What a received mail is."""

    REPLY = "reply"  # a person answered
    OBJECTION = "objection"  # a person did, in words that may be an objection
    AUTOMATIC = "automatic"  # out of office, a receipt
    HARD_BOUNCE = "hard_bounce"  # the address does not exist
    SOFT_BOUNCE = "soft_bounce"  # mailbox full, mail too large, filtered, or delayed
    OWN_FAULT = "own_fault"  # our sender, server or limits are refused
    COMPLAINT = "complaint"  # „Das ist Spam“
    UNSUBSCRIBED = "unsubscribed"  # at the provider
    OTHER = "other"


KIND_OF_VERDICT = {BounceVerdict.GONE: ReceivedKind.HARD_BOUNCE, BounceVerdict.OWN_FAULT: ReceivedKind.OWN_FAULT}
BOUNCES = (ReceivedKind.HARD_BOUNCE, ReceivedKind.SOFT_BOUNCE, ReceivedKind.OWN_FAULT)


@dataclass(frozen=True)
class Received:
    """A received mail, and how it refers to the message it is about."""

    kind: ReceivedKind
    about: tuple[str, ...] = ()  # Message-IDs, the likeliest first
    reason: str = ""  # what the other server said
    to: tuple[str, ...] = ()  # addresses it was sent to; ours contain a token
    addresses: tuple[str, ...] = ()  # recipients that a bounce names
    subject: str = ""
    text: str = ""  # the person's own words, without quotations
    own_subject: str = ""  # the subject, unless it is a reply to ours
    sender: str = ""  # the address in From
    results: tuple[str, ...] = ()  # Authentication-Results, the last receiver first
    moment: datetime | None = None  # its date, if it has one


def parse(raw: bytes) -> Received:
    """Parse and classify a mail. Raises PoisonMail, and anything else that malformed input causes."""
    mail = parse_bytes(raw)
    results = tuple(one_line(str(one)[:2000]) for one in mail.get_all("Authentication-Results", []))
    sender = parseaddr(header(mail, "From"))[1].lower()
    return replace(classify(mail), moment=_date(mail), sender=sender, results=results[:MAX_RESULTS])


def classify(mail: Message) -> Received:
    """Classify a mail. Raises PoisonMail."""
    kinds = {part.get_content_type(): part for part in reversed(parts(mail))}
    if "message/feedback-report" in kinds:
        return _complaint(mail, kinds["message/feedback-report"])
    report = next((kinds[kind] for kind in DELIVERY_STATUS if kind in kinds), None)
    if report is not None:
        return _delivery_report(mail, report)
    subject = header(mail, "Subject").lower()
    if is_automatic(mail) and reply_words.BOUNCED.search(f"{subject}\n{body(mail)[:2000].lower()}"):
        return _plain_bounce(mail)
    return _answer(mail, kinds)


def is_automatic(mail: Message) -> bool:
    """Return whether a machine sent it: by Auto-Submitted, or the signs of programs that do not set it."""
    submitted = header(mail, "Auto-Submitted").split(";")[0].strip().lower() or "no"
    report = mail.get_content_type() == "multipart/report"
    marked = any(
        name in mail and re.search(value, header(mail, name).lower()) for name, value in reply_words.MARKS.items()
    )
    return submitted != "no" or report or marked or _comes_from_machine(mail) or _sounds_automatic(mail)


def own_words(text: str) -> str:
    """Return what a person wrote: all but lines marked as quoted, up to a mail that is quoted without marks."""
    rest, own = f"\n{text.replace(chr(13), '')}", []
    for _quote in range(MAX_QUOTES):
        found = reply_words.QUOTE_BEGINS.search(rest.lower())
        if found is None:
            own.append(rest)
            break
        own.append(rest[: found.start()])
        first = found if found[0].endswith(">") else reply_words.FIRST_MARK.match(rest, found.end())
        if first is None:
            break
        rest = reply_words.MARKED.sub("", rest[first.end() :], count=1)
    return "".join(own).strip()


def sounds_like_objection(text: str) -> bool:
    """Return whether the words may be an objection, which is valid in any form (§ 7 UWG)."""
    return bool(reply_words.OBJECTIONS.search(one_line(text.lower())))


def _answer(mail: Message, kinds: dict[str, Message]) -> Received:
    about = _ids(f"{mail.get('References', '')} {mail.get('In-Reply-To', '')}", newest_first=True)
    receipt = kinds.get("message/disposition-notification")
    if receipt is not None:
        about = (*about, *_ids(source(receipt)))
    subject, to = header(mail, "Subject"), _to(mail)
    if receipt is not None or is_automatic(mail):
        return Received(ReceivedKind.AUTOMATIC, about, reason=subject[:MAX_QUOTE], to=to, subject=subject)
    is_ours = any(TOKEN.search(one) for one in to)
    if not about and not is_ours and (mail.get("References") or mail.get("In-Reply-To")):
        raise PoisonMail("bad_reference")
    words, own = own_words(body(mail))[:MAX_TEXT], _bare(subject)
    kind = ReceivedKind.OBJECTION if sounds_like_objection(f"{words}\n{own}") else ReceivedKind.REPLY
    return Received(kind, about, to=to, subject=subject, text=words, own_subject=own)


def _bare(subject: str) -> str:
    """Return the subject if it is the person's own; the subject of a reply may quote ours."""
    return "" if re.match(r"\s*(?:re|aw|antw(?:ort)?)\s?:", subject, re.IGNORECASE) else subject


def _date(mail: Message) -> datetime | None:
    try:
        written = parsedate_to_datetime(header(mail, "Date"))
    except (TypeError, ValueError, OverflowError):
        return None
    return written if written.tzinfo else None


def _comes_from_machine(mail: Message) -> bool:
    name = parseaddr(header(mail, "From"))[1].partition("@")[0].lower()
    return header(mail, "Return-Path") == "<>" or bool(reply_words.SENDERS.search(name))


def _sounds_automatic(mail: Message) -> bool:
    subject = header(mail, "Subject").lower()
    if reply_words.SUBJECT_BEGINS.search(subject) or reply_words.SUBJECT_HOLDS.search(subject):
        return True
    return bool(reply_words.CHALLENGE.search(subject) and reply_words.CHALLENGE_TEXT.search(body(mail)[:2000].lower()))


def _complaint(mail: Message, part: Message) -> Received:
    feedback = re.search(r"(?im)^feedback-type:\s*([a-z-]+)", source(part))
    is_none = feedback is not None and feedback[1].lower() in NO_COMPLAINT
    kind = ReceivedKind.OTHER if is_none else ReceivedKind.COMPLAINT
    return Received(kind, _message_ids(mail), to=_to(mail, source(part)), subject=header(mail, "Subject"))


def _delivery_report(mail: Message, report: Message) -> Received:
    """Classify a delivery report, by the worst of several recipients."""
    words = next((text_of(part) for part in parts(mail) if part.get_content_type() == "text/plain"), "")
    found = [_verdict(block, words) for block in _blocks(source(report)) if "action" in block or "status" in block]
    failed = [(verdict, reason) for verdict, reason in found if verdict is not None]
    kind, reason = ReceivedKind.SOFT_BOUNCE, found[0][1] if found else ""
    if failed:
        verdict, reason = min(
            failed, key=lambda one: BY_SEVERITY.index(one[0]) if one[0] in BY_SEVERITY else len(BY_SEVERITY)
        )
        kind = KIND_OF_VERDICT.get(verdict, ReceivedKind.SOFT_BOUNCE)
    addresses = _recipients(mail, source(report))
    about = _message_ids(mail)
    if not about and _has_broken_id(mail):
        raise PoisonMail("bad_reference")
    return Received(kind, about, reason, _to(mail), addresses, header(mail, "Subject"))


def _verdict(block: dict[str, str], words: str) -> tuple[BounceVerdict | None, str]:
    """Return the verdict on one recipient, None if nothing failed (yet), and the reason."""
    status, diagnosis = block.get("status", "").split(" ")[0], block.get("diagnostic-code", "")
    reason = (diagnosis or status)[:MAX_QUOTE]
    if block.get("action", "failed").lower().startswith(NOT_FAILED):
        return None, reason or block.get("action", "")
    verdict = judge(status, diagnosis)
    return (judge(status, words) if verdict is BounceVerdict.UNKNOWN else verdict), reason


def _blocks(text: str) -> list[dict[str, str]]:
    pieces = re.split(r"\n\s*\n", text.replace("\r", "")[:50_000])
    return [{name.lower(): one_line(value) for name, value in FIELD.findall(piece)} for piece in pieces]


def _plain_bounce(mail: Message) -> Received:
    """Classify a bounce without a machine-readable report, by its words."""
    text = "\n" + body(mail).replace("\r", "")
    cut = reply_words.RETURNED.search(text.lower())
    words = text[: cut.start() if cut else len(text)]
    reason = next((one_line(line) for line in words.splitlines() if re.search(r"\b[45]\d\d\b", line)), "")
    is_waiting = reply_words.STILL_TRYING.search(f"{header(mail, 'Subject')}\n{words}".lower())
    kind = ReceivedKind.SOFT_BOUNCE if is_waiting else KIND_OF_VERDICT.get(judge("", words), ReceivedKind.SOFT_BOUNCE)
    return Received(
        kind,
        _message_ids(mail),
        (reason or one_line(words))[:MAX_QUOTE],
        _to(mail),
        _recipients(mail, words),
    )


def _message_ids(mail: Message) -> tuple[str, ...]:
    """Return the Message-IDs in a report: of the returned mails or headers, or in its text."""
    texts = [source(part) for part in parts(mail) if part.get_content_type() in ORIGINALS]
    texts += [source(part) for part in parts(mail) if part.get_content_type() in DELIVERY_STATUS]
    texts += [text_of(part) for part in parts(mail) if part.get_content_maintype() == "text"]
    named = [found[1] for text in texts for found in re.finditer(r"(?im)^(?:original-)?message-id:\s*(\S+)", text)]
    answered = f"{mail.get('In-Reply-To', '')} {mail.get('References', '')}"
    return tuple(dict.fromkeys([*_ids(" ".join(named)), *_ids(answered, newest_first=True)]))


def _has_broken_id(mail: Message) -> bool:
    originals = [source(part) for part in parts(mail) if part.get_content_type() in ORIGINALS]
    return any(re.search(r"(?im)^message-id:", text) for text in originals)


def _recipients(mail: Message, words: str) -> tuple[str, ...]:
    named = f"{header(mail, 'X-Failed-Recipients')} {words[:20_000]}"
    return tuple(dict.fromkeys(one.lower() for one in ADDRESS.findall(named)))[:MAX_ADDRESSES]


def _to(mail: Message, more: str = "") -> tuple[str, ...]:
    names = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To", "Cc")
    lines = " ".join(header(mail, name) for name in names)
    return tuple(dict.fromkeys(one.lower() for one in ADDRESS.findall(f"{lines} {more[:20_000]}")))[:MAX_ADDRESSES]


def _ids(text: str, *, newest_first: bool = False) -> tuple[str, ...]:
    found = list(dict.fromkeys(MESSAGE_ID.findall(str(text))))
    return tuple((found[::-1] if newest_first else found)[:MAX_IDS])

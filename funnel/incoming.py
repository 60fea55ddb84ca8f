"""What comes back by mail: replies, automatic replies, bounces and complaints, told apart by their headers. Pure.

Sources: delivery reports RFC 3464 with status codes RFC 3463, complaints RFC 5965, automatic answers RFC 3834.
"""

import re
from dataclasses import dataclass
from email.message import EmailMessage, Message
from enum import Enum

MESSAGE_ID = re.compile(r"<[^<>\s]+@[^<>\s]+>")
AUTOMATIC = re.compile(r"\b(?:auto_?reply|bulk|junk|list)\b", re.IGNORECASE)
ABSENT = re.compile(
    r"^(?:re|aw)?:?\s*(?:automatische (?:antwort|reply)|auto(?:matic)? reply|out of office|abwesenheit)",
    re.IGNORECASE,
)
LONGEST_PART = 200_000  # characters of a report that are looked through


class Kind(Enum):
    """What comes back is to a series."""

    REPLY = "reply"  # a person answered
    AUTOMATIC = "automatic"  # a machine did: out of office, a receipt
    HARD_BOUNCE = "hard_bounce"  # the address does not exist (5.x.x)
    SOFT_BOUNCE = "soft_bounce"  # not now (4.x.x), or too full or too large
    COMPLAINT = "complaint"  # „Das ist Spam“
    UNSUBSCRIBED = "unsubscribed"  # at the provider that mails for us
    OTHER = "other"


@dataclass(frozen=True)
class Received:
    """What came back, and the Message-IDs of ours it speaks of, the newest first."""

    kind: Kind
    about: tuple[str, ...]
    reason: str = ""


def classify(mail: EmailMessage) -> Received:
    """What the mail is. Without a Message-ID of ours it concerns nobody, whatever it is."""
    report = _report_type(mail)
    if report == "feedback-report":
        return Received(Kind.COMPLAINT, _inside(mail))
    if report == "delivery-status":
        status, reason = _status(mail)
        return Received(_bounce(status), _inside(mail), reason)
    about = tuple(reversed(_ids(f"{mail.get('References', '')} {mail.get('In-Reply-To', '')}")))
    return Received(Kind.AUTOMATIC if _is_automatic(mail) else Kind.REPLY if about else Kind.OTHER, about)


def _report_type(mail: EmailMessage) -> str:
    if mail.get_content_type() != "multipart/report":
        return ""
    return str(mail.get_param("report-type", "")).lower()


def _is_automatic(mail: EmailMessage) -> bool:
    """Auto-Submitted anything but "no", and what older programs write instead."""
    submitted = str(mail.get("Auto-Submitted", "no")).split(";")[0].strip().lower()
    marks = ("X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress")
    return (
        submitted != "no"
        or any(mark in mail for mark in marks[:2])
        or bool(AUTOMATIC.search(str(mail.get("Precedence", ""))))
        or bool(ABSENT.search(str(mail.get("Subject", ""))))
    )


def _status(mail: EmailMessage) -> tuple[str, str]:
    """The worst enhanced status code of the report and what the other server said."""
    codes, said = [], ""
    for part in mail.walk():
        if part.get_content_type() == "message/delivery-status":
            for block in part.get_payload():  # type: ignore[union-attr]
                if isinstance(block, Message) and "Status" in block:
                    codes.append(str(block["Status"]).strip())
                    said = said or str(block.get("Diagnostic-Code", ""))
    return max(codes, default=""), said[:300]


def _bounce(status: str) -> Kind:
    """5.1.x and 5.2.1 mean that the address is gone; a full mailbox or a filter does not."""
    gone = status.startswith(("5.1.", "5.2.1", "5.0.", "5.4.4"))
    return Kind.HARD_BOUNCE if gone else Kind.SOFT_BOUNCE


def _inside(mail: EmailMessage) -> tuple[str, ...]:
    """The Message-IDs of the mails that the report brings back, whole or their heads."""
    found: list[str] = []
    for part in mail.walk():
        if part.get_content_type() == "message/rfc822":
            inner = part.get_payload(0)
            found += _ids(str(inner.get("Message-ID", ""))) if isinstance(inner, Message) else []
        elif part.get_content_type() == "text/rfc822-headers":
            heads = str(part.get_payload(decode=False))[:LONGEST_PART]
            match = re.search(r"^Message-ID:(.*(?:\n[ \t].*)*)", heads, re.IGNORECASE | re.MULTILINE)
            found += _ids(match[1]) if match else []
    return tuple(found)


def _ids(text: str) -> list[str]:
    return list(dict.fromkeys(MESSAGE_ID.findall(text[:LONGEST_PART])))

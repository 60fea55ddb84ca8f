"""Rendering a mail from a step, a contact and an office: HTML and text from one source, and all headers."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime, quote
from functools import lru_cache

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import User
from contacts.models import Contact
from funnel.letters import imprint, inbound, lint, markdown, placeholders, sender_address
from funnel.letters.inbound import Purpose
from funnel.letters.letter import Letter
from funnel.letters.salutations import name, tidy
from funnel.models import Message, Sender
from funnel.permission.tokens import unsubscribe_token

MAX_SUBJECT_LENGTH = 150
MAX_LINE_LENGTH = 900  # RFC 5322, 2.1.1 allows 998; longer lines would have to be encoded
# The hues of the interface (`.hue-1` …), with a contrast of 4.5:1 to white text and as links on white.
COLOURS = (
    "#2457b3",
    "#7a3fb0",
    "#9a4a10",
    "#146c43",
    "#0b6a86",
    "#5b4bc4",
    "#b0296b",
    "#7d5a00",
    "#0a6b68",
    "#3f6b12",
    "#0d63a5",
    "#a32d83",
)


@dataclass(frozen=True)
class Rendered:
    """The content of a mail, without headers. `warnings` are for the author of the step."""

    subject: str
    html: str
    text: str
    unsubscribe_url: str
    warnings: list[str] = field(default_factory=list)
    quoted: tuple[str, ...] = ()  # values of contact and office, which `lint` must not object to


@dataclass(frozen=True)
class FinishedMail:
    """A mail ready to be sent, unless it has `faults`: sentences on what is wrong."""

    content: Rendered
    letter: Letter
    raw: bytes  # the letter, serialized
    faults: list[str]


def render(*, step_subject: str, step_body: str, contact: Contact, sender: Sender, unsubscribe_url: str) -> Rendered:
    """Render the mail for one contact. Reads `contact.assignee`; writes nothing."""
    colour = COLOURS[(sender.hue - 1) % len(COLOURS)]
    bodies, filled = markdown.bodies(step_body, colour), placeholders.filling(contact, sender)
    subject = tidy(placeholders.fill(placeholders.mark(tidy(step_subject)), filled))[:MAX_SUBJECT_LENGTH]
    body = placeholders.fill(bodies.html, filled, markdown.escaped)
    signed, published = tuple(signature(contact, sender)), tuple(imprint.lines(sender))
    privacy_url = sender.privacy_url if markdown.allows(sender.privacy_url) else ""
    frame = _frame(get_language(), colour, placeholders.office(sender), signed, published, privacy_url)
    warnings = list(dict.fromkeys([*filled.warnings, *markdown.warnings(step_body)]))
    text = markdown.wrap(placeholders.fill(bodies.text, filled))
    return Rendered(
        subject=subject,
        html=_fold(_put(frame.html, {"s": escape(subject), "b": body, "u": escape(unsubscribe_url)})),
        text=markdown.wrap(_put(frame.text, {"b": text, "u": unsubscribe_url})),
        unsubscribe_url=unsubscribe_url,
        warnings=warnings,
        quoted=(*filled.values.values(), *signed, *published),
    )


@dataclass(frozen=True)
class Frame:
    """HTML and text of a mail around what differs from mail to mail: pieces, and between them the keys of `HOLES`."""

    html: list[str]
    text: list[str]


# No value contains NUL, which PostgreSQL cannot store.
HOLES = {"subject": mark_safe("\0s"), "body": mark_safe("\0b"), "unsubscribe_url": mark_safe("\0u")}  # noqa: S308
HOLE = re.compile("\0([sbu])")


@lru_cache(maxsize=512)
def _frame(
    language: str, colour: str, office: str, signature: tuple[str, ...], imprint: tuple[str, ...], privacy_url: str
) -> Frame:
    """Render the templates once for all mails of an office that one person signs: that takes ten times the rest."""
    context = HOLES | {
        "colour": colour,
        "office": office,
        "signature": signature,
        "imprint": imprint,
        "privacy_url": privacy_url,
    }
    html, text = (render_to_string(f"funnel/mail/message.{kind}", context) for kind in ("html", "txt"))
    return Frame(HOLE.split(html), HOLE.split(text))


def _put(pieces: list[str], values: dict[str, str]) -> str:
    return "".join(values[piece] if number % 2 else piece for number, piece in enumerate(pieces))


def render_message(message: Message) -> FinishedMail:
    """Render and compose the mail of a message as it would be sent now. Loads what is not loaded.

    The Message-ID is that of the row, the same in every attempt.
    """
    sender = message.account.sender
    content = render(
        step_subject=message.step.subject,
        step_body=message.step.body,
        contact=message.contact,
        sender=sender,
        unsubscribe_url=settings.BASE_URL + reverse("funnel:unsubscribe", args=[unsubscribe_token(message)]),
    )
    letter = compose(
        content,
        sender=sender,
        assignee=message.contact.assignee,
        to=message.address,
        message_id=message.message_id,
        now=message.claimed_at or timezone.now(),
        answers_to=inbound.address(Purpose.REPLY, message.pk),
        unsubscribes_at=inbound.address(Purpose.UNSUBSCRIBE, message.pk),
    )
    letter.verp = inbound.address(Purpose.BOUNCE, message.pk)
    faults, raw = lint.examine(letter, sender=sender, quoted=content.quoted)
    return FinishedMail(content, letter, raw, faults)


def compose(
    rendered: Rendered,
    *,
    sender: Sender,
    assignee: User | None,
    to: str,
    message_id: str,
    now: datetime,
    answers_to: str = "",
    unsubscribes_at: str = "",
) -> Letter:
    """Return the letter with all headers. Values are stripped of line breaks, so none can inject a header.

    `answers_to` and `unsubscribes_at` are addresses of ours with a token, "" if received mails are not read.
    """
    by_mail = f", <mailto:{unsubscribes_at}?subject=Abmelden>" if unsubscribes_at else ""
    headers = {
        "Message-ID": tidy(message_id),
        "Date": format_datetime(now),
        "List-Unsubscribe": f"<{tidy(rendered.unsubscribe_url)}>{by_mail}",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
        "Content-Language": "de",
    }
    mail = Letter(
        subject=tidy(rendered.subject),
        body=rendered.text,
        from_email=_from(sender),
        to=[tidy(to)],
        reply_to=_reply_to(sender, assignee, answers_to),
        headers=headers,
    )
    mail.attach_alternative(rendered.html, "text/html")
    return mail


def signature(contact: Contact, sender: Sender) -> list[str]:
    """Return the lines of the signature: the assignee, or the office if nobody is assigned or the assignee has left."""
    user, office = contact.assignee, placeholders.office(sender)
    signs = user is not None and user.is_active and bool(name(user.full_name))
    address = user.email if user and signs else sender.contact_email
    phone = _("Telefon %s") % tidy(sender.phone) if tidy(sender.phone) else ""
    lines = [name(user.full_name) if user and signs else "", office, phone, tidy(address)]
    return [line for line in lines if line]


def _from(sender: Sender) -> str:
    shown = placeholders.office(sender)
    return _mailbox(shown, tidy(sender_address.shown_from(sender)))


def _reply_to(sender: Sender, assignee: User | None, answers_to: str) -> list[str]:
    """Return our own address, so that a reply ends the series and is forwarded, or else that of whoever signs."""
    if assignee is not None and assignee.is_active:
        return [_mailbox(name(assignee.full_name), answers_to or assignee.email)]
    address = answers_to or tidy(sender.contact_email) or tidy(sender.email)
    return [_mailbox(placeholders.office(sender), address)] if address else []


def _mailbox(shown: str, address: str) -> str:
    """Return name and address; Django encodes and folds what is not ASCII."""
    return f'"{quote(shown)}" <{address}>' if shown else address


def _fold(html: str) -> str:
    """Break overlong lines at spaces, which makes no difference in HTML."""
    lines = html.split("\n")
    return "\n".join(re.sub(r"(.{400,700}) ", r"\1\n", line) if len(line) > MAX_LINE_LENGTH else line for line in lines)

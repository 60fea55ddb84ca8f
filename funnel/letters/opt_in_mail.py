"""The mail that asks to confirm a consent. It must not contain advertising, or it would be advertising itself."""

import re
from email.header import decode_header, make_header
from email.utils import formataddr

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Account
from base.text import one_line
from funnel.letters import imprint, sender_address
from funnel.letters.advertising import words
from funnel.models import OptIn, Sender
from funnel.permission.tokens import opt_in_token

DAYS_VALID = 7
MAX_LENGTH = 3000  # characters; leaves room for the question only
LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)


def wording(account: Account, sender: Sender) -> str:
    """Return the wording of the consent, as shown in mail and page and stored as evidence."""
    text = _(
        "Ich willige ein, dass %(office)s mir E-Mails rund um meine Immobilie und die Leistungen des Büros schickt. "
        "Ich kann die Einwilligung jederzeit widerrufen, zum Beispiel über den Abmeldelink in jeder E-Mail."
    )
    return text % {"office": office_of(account, sender)}


def office_of(account: Account, sender: Sender) -> str:
    """Return the office's name for people outside it."""
    return imprint.firm(sender) or account.name


def link(opt_in: OptIn) -> str:
    """Return the address of the confirmation page."""
    return settings.BASE_URL + reverse("funnel:confirmation", args=[opt_in_token(opt_in)])


def compose(opt_in: OptIn, sender: Sender) -> EmailMessage:
    """Return the mail, in plain text only and the same on every call."""
    office = one_line(office_of(opt_in.account, sender))
    address = sender_address.shown_from(sender)
    context = {
        "office": office,
        "opt_in": opt_in,
        "link": link(opt_in),
        "days": DAYS_VALID,
        "imprint": imprint.lines(sender),
    }
    return EmailMessage(
        subject=_("Bitte bestätigen Sie Ihre E-Mail-Adresse"),
        body=render_to_string("funnel/mail/opt_in.txt", context),
        from_email=formataddr((one_line(sender.name or office), address)),
        to=[opt_in.address],
        reply_to=[sender.contact_email] if sender.contact_email else None,
        headers={
            "Message-ID": f"<opt-in-{opt_in.pk}@{address.rpartition('@')[2] or 'localhost'}>",
            "Auto-Submitted": "auto-generated",
        },
    )


def faults(opt_in: OptIn, sender: Sender) -> list[str]:
    """Return sentences on why the request must not be sent."""
    firm = one_line(office_of(opt_in.account, sender))
    return advertising(compose(opt_in, sender), own_link=link(opt_in), firm=firm)


def advertising(mail: EmailMessage, *, own_link: str, firm: str) -> list[str]:
    """Return sentences on what makes the mail advertising, [] if it only asks.

    The firm's own name does not count, because a mail must name its sender.
    """
    text = "\n".join((str(mail.subject), str(make_header(decode_header(mail.from_email))), str(mail.body)))
    selling = words(text.replace(own_link, "").replace(firm, ""))
    faults = [_("Die Bestätigungsmail wirbt („%(word)s“).") % {"word": word} for word in selling]
    if LINK.findall(str(mail.body)) != [own_link]:
        faults.append(_("Die Bestätigungsmail darf außer dem Bestätigungslink keinen Link enthalten."))
    if mail.attachments or getattr(mail, "alternatives", None) or len(text) > MAX_LENGTH:
        faults.append(_("Die Bestätigungsmail darf nur die Frage enthalten, keine Bilder und keine Anhänge."))
    return faults

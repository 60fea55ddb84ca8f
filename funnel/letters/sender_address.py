"""The address that an office's mails come from: its own once it is verified (`verification`), else ours."""

from email.utils import parseaddr

from django.conf import settings

from base.text import one_line
from funnel.models import Sender


def own_from(sender: Sender) -> str:
    """Return the office's own address if it is verified, or if mails are only written to files; else ""."""
    address = one_line(sender.email)
    is_proven = bool(address) and sender.proven == address.lower()
    return address if is_proven or not settings.EMAIL_URL else ""


def shown_from(sender: Sender) -> str:
    """Return the address that the office's mails come from."""
    return own_from(sender) or parseaddr(settings.DEFAULT_FROM_EMAIL)[1]

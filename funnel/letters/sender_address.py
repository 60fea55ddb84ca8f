"""The address that an office's mails come from: its own once a test mail has proven it (`proving`), else ours."""

from email.utils import parseaddr

from django.conf import settings

from base.text import one_line
from funnel.models import Sender


def own_from(sender: Sender) -> str:
    """The office's own address if its mails may come from there, else "". What is written to files is not checked."""
    address = one_line(sender.email)
    is_proven = bool(address) and sender.proven == address.lower()
    return address if is_proven or not settings.EMAIL_URL else ""


def shown_from(sender: Sender) -> str:
    """The address that the office's mails come from."""
    return own_from(sender) or parseaddr(settings.DEFAULT_FROM_EMAIL)[1]

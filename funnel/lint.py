"""What a mail must be before it may leave, read off the finished mail. Pure."""

from collections.abc import Collection

from django.core.mail import EmailMultiAlternatives


def faults(mail: EmailMultiAlternatives, *, quoted: Collection[str] = ()) -> list[str]:
    """German sentences; [] when it may leave."""
    return []

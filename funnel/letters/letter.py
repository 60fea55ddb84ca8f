"""A mail of an office as it is handed to the mail server."""

from django.core.mail import EmailMultiAlternatives


class Letter(EmailMultiAlternatives):
    """An e-mail with its own envelope sender `verp`, which identifies its bounces; "" for none."""

    verp = ""

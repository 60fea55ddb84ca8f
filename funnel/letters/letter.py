"""The mail of an office as the mail server gets it."""

from django.core.mail import EmailMultiAlternatives


class Letter(EmailMultiAlternatives):
    """`verp`: an envelope sender of its own, which tells its bounces from all others; "" if it has none."""

    verp = ""

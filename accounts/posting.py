"""The product's own mails to its users. Mails that the server does not take now are retried.

The worker retries them for three days, as it does mails of a series, and gives up only addresses that the server
rejects permanently.
"""

import logging
import smtplib

from django.core.mail import EmailMessage
from procrastinate import RetryStrategy

log = logging.getLogger(__name__)


class NotTaken(Exception):
    """The mail server did not take the mail this time."""


# Soon at first, in the end every one and a half hours.
LATER = RetryStrategy(max_attempts=93, wait=60, linear_wait=60, retry_exceptions={NotTaken})


def post(mail: EmailMessage) -> bool:
    """Send the mail by the installation's server; False if the address is rejected for good. Raises NotTaken."""
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused as refusal:
        codes = [code for code, _answer in refusal.recipients.values()]
        if min(codes) < 500:
            raise NotTaken from refusal
        log.warning("An address was refused: %s", codes)
        return False
    except (OSError, smtplib.SMTPException) as fault:
        raise NotTaken from fault
    return True

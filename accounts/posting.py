"""The product's own mails, to people who use it: one that the mail server does not take now is kept, not lost.

The worker tries it again for three days, as long as it tries a mail of a series. Only an address that the server
refuses for good is given up: no further try would change that.
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
    """Mails it by the installation's server; False if its address is refused for good. Raises NotTaken."""
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

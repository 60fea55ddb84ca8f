"""What the background worker does for the logins."""

from smtplib import SMTPException

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from accounts import resets

# Over half an hour: a mail server that restarts is still met, and nobody waits for a link longer.
LATER = RetryStrategy(max_attempts=6, exponential_wait=2, wait=15, retry_exceptions={OSError, SMTPException})


@app.task(name="send_reset", retry=LATER)
def send_reset(user_id: int | None) -> None:
    """The link for a new password; for an address that is nobody's login there is nothing to do."""
    resets.mail_link(user_id)

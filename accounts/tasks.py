"""The worker's tasks for logins."""

from procrastinate.contrib.django import app

from accounts import invitations, resets
from accounts.posting import LATER


@app.task(name="send_reset", retry=LATER)
def send_reset(user_id: int | None) -> None:
    """Mail the link for a new password; do nothing for an address without a login."""
    resets.mail_link(user_id)


@app.task(name="send_invitation", retry=LATER)
def send_invitation(user_id: int, inviter_id: int) -> None:
    """Mail the link of an invitation that the mail server did not take at once."""
    invitations.send_waiting(user_id=user_id, inviter_id=inviter_id)

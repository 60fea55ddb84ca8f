"""What the background worker does for the logins."""

from procrastinate.contrib.django import app

from accounts import invitations, resets
from accounts.posting import LATER


@app.task(name="send_reset", retry=LATER)
def send_reset(user_id: int | None) -> None:
    """The link for a new password; for an address that is nobody's login there is nothing to do."""
    resets.mail_link(user_id)


@app.task(name="send_invitation", retry=LATER)
def send_invitation(user_id: int, inviter_id: int) -> None:
    """The link of an invitation that the mail server did not take at once."""
    invitations.send_waiting(user_id=user_id, inviter_id=inviter_id)

"""Invitation links: whom they are for, how long they are valid, and the mail that contains them."""

from allauth.core import ratelimit
from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import base36_to_int, int_to_base36
from django.utils.translation import gettext as _

from accounts import posting
from accounts.access import Request
from accounts.models import User
from base.refusals import Gone, TooMany


class InvitationTokens(PasswordResetTokenGenerator):
    """Signed, three days (`PASSWORD_RESET_TIMEOUT`), once: it dies with the password that is set through it.

    It has a salt of its own, so that a link to reset a password cannot be used as an invitation, nor vice versa.
    """

    key_salt = "accounts.invitations"

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        return f"{super()._make_hash_value(user, timestamp)}{user.is_active}"


tokens = InvitationTokens()


def link(user: User) -> str:
    """Return the link by which this user chooses a password. It starts with `BASE_URL`, never with the Host header."""
    path = reverse("invitation", kwargs={"member": int_to_base36(user.pk), "token": tokens.make_token(user)})
    return f"{settings.BASE_URL}{path}"


def invited_by(member: str, token: str) -> User:
    """Return the user this link was made for. Raises Gone, with one sentence for all reasons, if it is not valid."""
    invited = User.objects.select_related("account", "invited_by").filter(is_active=True)
    try:
        user = invited.filter(pk=base36_to_int(member)).first()
    except (ValueError, OverflowError):
        user = None
    if user is None or not user.is_invited or not tokens.check_token(user, token):
        raise Gone(
            _(
                "Dieser Einladungslink ist abgelaufen oder wurde schon benutzt. "
                "Bitten Sie die Administration Ihres Büros um einen neuen."
            )
        )
    return user


def limit(request: Request, email: str) -> None:
    """Count an invitation to this address. Raises TooMany for the sixth in a day, or the 41st of the office."""
    office = f"office {request.account.pk}"
    if not ratelimit.consume(request, action="invitation", key=email):
        raise TooMany(_("Diese Adresse hat heute schon fünf Einladungen bekommen. Bitte versuchen Sie es morgen."))
    if not ratelimit.consume(request, action="invitations", key=office):
        raise TooMany(_("Ihr Büro hat heute schon vierzig Einladungen verschickt. Bitte versuchen Sie es morgen."))


def send(user: User, *, inviter: User | None = None) -> bool:
    """Mail the link; False if the mail server refuses the address for good. Raises NotTaken where another attempt may
    help; in any case the invitation stays valid and can be sent again.

    The mail names who invites, with the login's address; of what was typed about the invited person it says nothing.
    `inviter` None: the operator.
    """
    context = {"office": user.account, "link": link(user), "inviter": inviter}
    subject = _("Ihre Einladung zu %(office)s") % {"office": user.account.name}
    body = render_to_string("accounts/invitation.txt", context)
    return posting.post(EmailMessage(subject, body, to=[user.email]))


def send_waiting(*, user_id: int, inviter_id: int) -> bool:
    """Mail the link later, if the invitation is still open and the inviter still may invite. Raises NotTaken."""
    user = User.objects.select_related("account").filter(pk=user_id, is_active=True).first()
    if user is None or not user.is_invited:
        return False
    inviter = User.objects.of(user.account).filter(pk=inviter_id, is_active=True).first()
    return inviter is not None and inviter.is_administrator and send(user, inviter=inviter)

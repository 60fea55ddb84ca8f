"""Forgotten passwords. Known and unknown addresses are treated alike in the request; the worker sends the mail."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse

from accounts import posting
from accounts.models import User


def owner(address: str) -> int | None:
    """Return the user with this login; None if there is none, or it is deactivated."""
    return User.objects.filter(email=address, is_active=True).values_list("pk", flat=True).first()


def mail_link(user_id: int | None) -> bool:
    """Mail the link that sets a new password; return whether there is such a user and the server took the mail.

    Raises NotTaken if another attempt may help. Each call sends a mail; all links are valid.
    """
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        return False
    subject = render_to_string("account/email/password_reset_key_subject.txt").strip()
    context = {"user": user, "password_reset_url": _link(user)}
    body = render_to_string("account/email/password_reset_key_message.txt", context)
    return posting.post(EmailMessage(subject, body, to=[user.email]))


def _link(user: User) -> str:
    """Return the link to set a new password. It starts with `BASE_URL`, never with the Host header."""
    named = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return f"{settings.BASE_URL}{reverse('account_reset_password_from_key', kwargs=named)}"

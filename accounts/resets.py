"""A forgotten password: what is asked for takes the same way for known and unknown addresses; the worker mails."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse

from accounts import posting
from accounts.models import User


def owner(address: str) -> int | None:
    """Whose login it is; None if it is nobody's, or closed."""
    return User.objects.filter(email=address, is_active=True).values_list("pk", flat=True).first()


def mail_link(user_id: int | None) -> bool:
    """Mails the link that sets a new password; answers whether there was somebody to mail, and the server took it.

    Raises NotTaken where another attempt may help. Repeated: another mail, whose link is as good.
    """
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        return False
    subject = render_to_string("account/email/password_reset_key_subject.txt").strip()
    context = {"user": user, "password_reset_url": _link(user)}
    body = render_to_string("account/email/password_reset_key_message.txt", context)
    return posting.post(EmailMessage(subject, body, to=[user.email]))


def _link(user: User) -> str:
    """It starts with `BASE_URL`, never with the Host header."""
    named = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return f"{settings.BASE_URL}{reverse('account_reset_password_from_key', kwargs=named)}"

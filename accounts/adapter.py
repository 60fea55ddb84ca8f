"""Where the login library asks us."""

import logging
from smtplib import SMTPException

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.sessions import end_sessions

log = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    """No public sign-up; links in mails start with `BASE_URL`, never with the Host header."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_reset_password_from_key_url(self, key: str) -> str:
        user, token = key.split("-", 1)
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": user, "key": token})
        return f"{settings.BASE_URL}{path}"

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("profile")

    def get_user_display(self, user: User) -> str:
        return user.full_name

    def set_password(self, user: User, password: str) -> None:
        """A new password ends the user's other sessions: whoever knew the old one is out."""
        user.set_password(password)
        user.save(update_fields=["password"])
        request = self.request
        stays = request.session.session_key if request.user.pk == user.pk else None
        end_sessions(user, keep=stays)

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        """A mail server that is down must not tell known from unknown addresses by an error page."""
        try:
            super().send_mail(template_prefix, email, context)
        except (OSError, SMTPException):
            log.exception("%s could not be sent", template_prefix)


class SecondFactorAdapter(DefaultMFAAdapter):
    """Words for the second factor."""

    def generate_authenticator_name(self, user: User, type: str) -> str:
        return _("Mein Gerät")

    def _get_site_name(self) -> str:
        return settings.MFA_TOTP_ISSUER

"""Adapters of the login library (allauth)."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import devices
from accounts.models import User
from accounts.sessions import end_sessions
from base import vault

SIGNS_IN = "signs_in"  # in the session: the id of the user about to log in


class AccountAdapter(DefaultAccountAdapter):
    """No public sign-up; limits count on the account."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("profile")

    def get_user_display(self, user: User) -> str:
        return user.full_name

    def set_password(self, user: User, password: str) -> None:
        """Set the password and end the user's other sessions, so that nobody stays in with the old one."""
        user.set_password(password)
        user.save(update_fields=["password"])
        request = self.request
        stays = request.session.session_key if request.user.pk == user.pk else None
        end_sessions(user, keep=stays)
        if stays is None:  # by the link of a mail: the login that follows is filled in
            request.session[SIGNS_IN] = user.email
        self._delete_login_attempts_cached_email(request, email=user.email)  # the owner is back

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count failures of a browser that has logged in as this user before on its cookie, not its IP address."""
        key = devices.key(request, self._get_login_attempts_cache_key(request, **credentials))
        if key is None:
            super().pre_authenticate(request, **credentials)
            return
        self._login_failed_rl_usage = ratelimit.consume(
            request, app="allauth.account", action="login_failed_again", key=key
        )
        if not self._login_failed_rl_usage:
            raise self.validation_error("too_many_login_attempts")

    def post_login(self, request: HttpRequest, user: User, **how: Any) -> HttpResponse:
        response = super().post_login(request, user, **how)
        devices.remember(request, response, user.email)
        return response

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Leave out the Host header, which the library prepends: each port would get a counter of its own."""
        return str(credentials.get("email", "")).strip().lower()


class SecondFactorAdapter(DefaultMFAAdapter):
    """Messages of the second factor, and encryption of its secrets in the database."""

    def encrypt(self, text: str) -> str:
        return vault.seal(vault.SECOND_FACTOR, text)

    def decrypt(self, encrypted_text: str) -> str:
        return vault.unseal(vault.SECOND_FACTOR, encrypted_text)

    def generate_authenticator_name(self, user: User, type: str) -> str:
        return _("Mein Gerät")

    def _get_site_name(self) -> str:
        return settings.MFA_TOTP_ISSUER

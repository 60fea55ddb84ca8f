"""Where the login library asks us."""

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest

from accounts.models import User


class AccountAdapter(DefaultAccountAdapter):
    """No public sign-up; links in mails start with `BASE_URL`, never with the Host header."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_reset_password_from_key_url(self, key: str) -> str:
        path = super().get_reset_password_from_key_url(key).split("/", 3)[-1]
        return f"{settings.BASE_URL}/{path}"

    def get_user_display(self, user: User) -> str:
        return user.full_name

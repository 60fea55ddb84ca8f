"""Addresses of the login library: only those an invited office needs. Sign-up and change of address do not exist.

The names are the library's; it redirects by them. Pages of a logged-in user pass our gate like every other page, so
that a lost session is answered alike everywhere.
"""

from functools import wraps
from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as keys
from allauth.usersessions import views as sessions
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, re_path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.access import EVERYBODY, gate
from accounts.second_factor import ActivateView

PAUSE = 300  # seconds: the longest of the periods in which attempts are counted
form_page = require_http_methods(["GET", "HEAD", "POST"])  # the library treats PUT as POST


def patient(view: Any) -> Any:
    """Set status 429 and Retry-After if the form says that the limit of attempts is reached."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        form = (getattr(response, "context_data", None) or {}).get("form")
        if form is not None and form.is_bound and _is_too_often(form):
            response.status_code = 429
            response.headers["Retry-After"] = str(PAUSE)
        return response

    return wrapped


def _is_too_often(form: Form) -> bool:
    return any(fault.code == "too_many_login_attempts" for faults in form.errors.as_data().values() for fault in faults)


def inside(route: str, view: Any, name: str) -> URLPattern:
    """Return the pattern of a page for logged-in users of any role."""
    return path(route, form_page(gate(*EVERYBODY)(patient(view))), name=name)


def outside(route: str, view: Any, name: str) -> URLPattern:
    """Return the pattern of a page for users who are not logged in (yet). It is never cached."""
    return path(route, form_page(never_cache(patient(view))), name=name)


urlpatterns = [
    outside("login/", account.login, "account_login"),
    outside("logout/", account.logout, "account_logout"),
    outside("inactive/", account.account_inactive, "account_inactive"),
    outside("password/reset/", account.password_reset, "account_reset_password"),
    outside("password/reset/done/", account.password_reset_done, "account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        form_page(never_cache(account.password_reset_from_key)),
        name="account_reset_password_from_key",
    ),
    outside(
        "password/reset/key/done/",
        account.password_reset_from_key_done,
        "account_reset_password_from_key_done",
    ),
    outside("2fa/authenticate/", mfa.authenticate, "mfa_authenticate"),
    outside("2fa/webauthn/login/", keys.login_webauthn, "mfa_login_webauthn"),
    inside("reauthenticate/", account.reauthenticate, "account_reauthenticate"),
    inside("password/change/", account.password_change, "account_change_password"),
    inside("password/set/", account.password_set, "account_set_password"),
    inside("sessions/", sessions.list_usersessions, "usersessions_list"),
    inside("2fa/", mfa.index, "mfa_index"),
    inside("2fa/reauthenticate/", mfa.reauthenticate, "mfa_reauthenticate"),
    inside("2fa/totp/activate/", ActivateView.as_view(), "mfa_activate_totp"),
    inside("2fa/totp/deactivate/", totp.deactivate_totp, "mfa_deactivate_totp"),
    inside("2fa/recovery-codes/", codes.view_recovery_codes, "mfa_view_recovery_codes"),
    inside("2fa/recovery-codes/generate/", codes.generate_recovery_codes, "mfa_generate_recovery_codes"),
    inside("2fa/recovery-codes/download/", codes.download_recovery_codes, "mfa_download_recovery_codes"),
    inside("2fa/webauthn/", keys.list_webauthn, "mfa_list_webauthn"),
    inside("2fa/webauthn/add/", keys.add_webauthn, "mfa_add_webauthn"),
    inside("2fa/webauthn/reauthenticate/", keys.reauthenticate_webauthn, "mfa_reauthenticate_webauthn"),
    inside("2fa/webauthn/keys/<int:pk>/edit/", keys.edit_webauthn, "mfa_edit_webauthn"),
    inside("2fa/webauthn/keys/<int:pk>/remove/", keys.remove_webauthn, "mfa_remove_webauthn"),
]

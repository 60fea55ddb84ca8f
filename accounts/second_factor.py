"""Codes of authenticator apps are valid once (RFC 6238, 5.2): only a later time step than the last used one counts."""

from typing import Any

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.base.internal.flows import check_rate_limit
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.utils import decrypt
from django.db import connection
from django.http import HttpResponse

from accounts.models import User

# A step that is not later than the last one updates no row, even if two requests send the same code at once.
SPEND = """
UPDATE mfa_authenticator SET data = jsonb_set(data, '{step}', to_jsonb(%(step)s::bigint))
WHERE id = %(authenticator)s AND coalesce((data->>'step')::bigint, -1) < %(step)s
"""


def spend(authenticator: Authenticator, code: str) -> bool:
    """Mark the code as used. Returns False if it, or a later one, was used before."""
    step = _step(authenticator, code)
    with connection.cursor() as cursor:
        cursor.execute(SPEND, {"step": step, "authenticator": authenticator.pk})
        return step is not None and cursor.rowcount == 1


def _of(user: User) -> Authenticator | None:
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()


def _step(authenticator: Authenticator, code: str) -> int | None:
    """Return the time step of the code; None if it is not valid now."""
    secret = decrypt(authenticator.data["secret"])
    for step in totp.yield_hotp_counters_from_time():
        if compare_user_code(actual=code, expected=totp.format_hotp_value(totp.hotp_value(secret, step))):
            return step
    return None


class Typed:
    """The field of a code: it opens the numeric keyboard and has the focus."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs |= {"inputmode": "numeric", "autofocus": True}  # type: ignore[attr-defined]


class ActivateForm(Typed, ActivateTOTPForm):
    """The first code of an app that is set up."""


class Once(Typed):
    """Refuses a code that was used already before the library validates it; it counts as a wrong one."""

    user: User
    cleaned_data: dict[str, Any]
    authenticator: Authenticator

    def clean_code(self) -> str:
        app, code = _of(self.user), self.cleaned_data["code"]
        step = _step(app, code) if app else None
        if app and step is not None and step <= app.data.get("step", -1):
            check_rate_limit(self.user)
            raise get_adapter().validation_error("incorrect_code")
        code = super().clean_code()  # type: ignore[misc]
        if self.authenticator.type == Authenticator.Type.TOTP and not spend(self.authenticator, code):
            raise get_adapter().validation_error("incorrect_code")
        return code


class CodeForm(Once, AuthenticateForm):
    """The second step of a login."""


class CodeAgainForm(Once, ReauthenticateForm):
    """Asks for the code again, before changes that only its owner may make."""


class ActivateView(ActivateTOTPView):
    """The code that sets an app up is used up as well."""

    def form_valid(self, form: Any) -> HttpResponse:
        answer = super().form_valid(form)
        if app := _of(self.request.user):
            spend(app, form.cleaned_data["code"])
        return answer

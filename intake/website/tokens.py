"""The token of a form that was shown: signed, so that nobody can say it was shown at another time or said other words.

It needs no row and no cookie. It is signed with TOKEN_KEY, so that a form that is open survives a new SECRET_KEY.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from secrets import token_urlsafe

from django.conf import settings
from django.core.signing import BadSignature, Signer

from intake.models import Form, Wording

TOO_FAST = timedelta(seconds=3)
TOO_OLD = timedelta(hours=24)
MAX_LENGTH = 1000


@dataclass(frozen=True)
class Shown:
    """A form as it was shown to somebody."""

    token: str
    at: datetime
    wordings: dict[str, int]  # channel: id of the wording


def issue(form: Form, wordings: list[Wording], now: datetime) -> str:
    """Return the token for a form that is shown now with these wordings."""
    shown = {one.channel: one.pk for one in wordings}
    return _signer().sign_object([form.pk, int(now.timestamp()), token_urlsafe(9), shown])


def read(form: Form, token: str) -> Shown | None:
    """Return what a token says, None for one that is not ours or another form's."""
    try:
        form_id, at, _nonce, wordings = _signer().unsign_object(token[:MAX_LENGTH])
    except (BadSignature, ValueError):
        return None
    return Shown(token, datetime.fromtimestamp(at, UTC), wordings) if form_id == form.pk else None


def _signer() -> Signer:
    return Signer(key=settings.TOKEN_KEY, salt="intake.form", sep=".", fallback_keys=settings.TOKEN_KEY_FALLBACKS)

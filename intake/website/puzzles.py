"""A proof of work (ALTCHA) that a form may ask of browsers: cheap for one person, dear for whoever sends thousands.

The puzzle is signed for one form and for ten minutes, all of it at once: nothing of it can be put together from
others (CVE-2025-68113). One that was solved is remembered until it has expired, so that it counts once. Nobody but us
is asked.
"""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

import altcha
from django.conf import settings
from django.utils.crypto import salted_hmac

from base.sql import changed
from intake.models import Form, SpentPuzzle

NAME = "altcha"  # of the field with the solution
ALGORITHM, COST, PREFIX = "PBKDF2/SHA-256", 10_000, "00"  # about a second in a browser, five milliseconds here
LASTS = timedelta(minutes=10)
MAX_LENGTH = 4000  # of a solution
SPEND = """
INSERT INTO intake_spentpuzzle (account_id, signature, expires_at) VALUES (%(account)s, %(signature)s, %(expires)s)
ON CONFLICT (signature) DO NOTHING
"""
BATCH = 500
FORGET = """
DELETE FROM intake_spentpuzzle WHERE id IN (
    SELECT id FROM intake_spentpuzzle WHERE expires_at < %(now)s LIMIT %(batch)s FOR UPDATE SKIP LOCKED
)
"""


class Solved(NamedTuple):
    """A puzzle that somebody has solved: its signature, and until when it counts."""

    signature: str
    expires_at: datetime


def issue(form: Form, now: datetime) -> dict[str, Any]:
    """Return a puzzle for a form, as browsers get it. Nothing is kept of it."""
    puzzle = altcha.create_challenge(
        ALGORITHM,
        COST,
        key_prefix=PREFIX,
        expires_at=now + LASTS,
        data={"form": form.pk},
        hmac_secret=_secrets()[0],
    )
    return puzzle.to_dict()


def solved(form: Form, answer: str, now: datetime) -> Solved | None:
    """Return the puzzle of this form that was solved; None for a wrong, expired, foreign or used one."""
    try:
        payload = altcha.Payload.from_base64(answer[:MAX_LENGTH])
        is_right = any(altcha.verify_solution(payload, secret).verified for secret in _secrets())
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    puzzle = payload.challenge
    if not is_right or (puzzle.parameters.data or {}).get("form") != form.pk:
        return None
    found = Solved(str(puzzle.signature), datetime.fromtimestamp(puzzle.parameters.expires_at or 0, now.tzinfo))
    is_used = SpentPuzzle.objects.of(form.account_id).filter(signature=found.signature).exists()
    return None if is_used or found.expires_at < now else found


def spend(form: Form, puzzle: Solved) -> bool:
    """Remember that the puzzle was used; False if it was already."""
    values = {"account": form.account_id, "signature": puzzle.signature, "expires": puzzle.expires_at}
    return bool(changed(SPEND, values))


def forget(*, now: datetime) -> int:
    """Delete used puzzles of all offices that have expired, in batches; return how many."""
    deleted = 0
    while batch := changed(FORGET, {"now": now, "batch": BATCH}):
        deleted += batch
    return deleted


def _secrets() -> list[str]:
    """Return what puzzles are signed with, the present one first."""
    keys = (settings.TOKEN_KEY, *settings.TOKEN_KEY_FALLBACKS)
    return [salted_hmac("intake.puzzle", "", secret=key, algorithm="sha256").hexdigest() for key in keys]

"""Consents as forms send them: a tick, a word, or the sentence that was ticked. What is not clear is no consent."""

import re

from contacts.csv.fields import bare
from contacts.csv.names import words_of

CHANNELS = {"consent_email": "email", "consent_phone": "phone", "consent_letter": "letter"}

_YES = words_of(
    "ja yes y true wahr 1 on x ok checked accepted granted zugestimmt akzeptiert erteilt "
    "jabitte jagern jagerne yesplease"
)
_NO = words_of("nein no n false falsch 0 off unchecked declined denied abgelehnt verweigert")
_AGREES = re.compile(
    r"(?:ja,? )?(?:hiermit )?(?:ich (?:stimme|willige|bin (?:damit )?einverstanden|möchte|erlaube|akzeptiere)"
    r"|i (?:agree|consent|accept|would like))\b",
    re.IGNORECASE,
)
_DENIES = re.compile(r"\b(?:nicht|kein\w*|nein|not|no|don't|never|ohne|widerspreche\w*)\b", re.IGNORECASE)
# What somebody who agrees may do later is no refusal: "… und kann das jederzeit widerrufen".
_LATER = re.compile(r"[.;!?\n]|\b(?:kann|können|jederzeit|can|may|at any time)\b", re.IGNORECASE)
_REFUSES = re.compile(
    r"\b(?:da)?gegen\b|widerruf|widersprech|abgemeldet|abmeld|abzumelden|abbestell|abgelehnt|ablehn|verzicht|verweiger"
    r"|unter(?:sag|lass)|unsubscrib|withdraw|opt(?:ing)?[ -]?out|\bstop|revok|declin|refus|\bobject",
    re.IGNORECASE,
)
_WISH = re.compile(r"(?:ja,? )?(?:hiermit )?(?:ich möchte|i would like)\b", re.IGNORECASE)
_END = re.compile(r"lösch|entfern|ausge?tragen|auszutragen|beend|delet|remov|\bend\b", re.IGNORECASE)


def granted(value: str) -> bool | None:
    """Return whether the value agrees, or None if that is not clear."""
    word = bare(value)
    if word in _YES:
        return True
    if word in _NO:
        return False
    return True if _AGREES.match(value) and not _DENIES.search(value) and not _refuses(value) else None


def _refuses(value: str) -> bool:
    """Return whether a sentence that begins like a consent ends as its opposite: "Ich möchte abgemeldet werden"."""
    sentence = _LATER.split(value, maxsplit=1)[0]
    return bool(_REFUSES.search(sentence) or (_WISH.match(sentence) and _END.search(sentence)))


def wording_in(value: str) -> str:
    """Return the sentence that was ticked, "" for a mere yes or no."""
    return "" if bare(value) in _YES | _NO else value

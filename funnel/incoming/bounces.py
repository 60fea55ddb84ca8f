"""Why a mail server refused a mail, judged by its enhanced status code (RFC 3463) and its words.

An address is suppressed only if it does not exist. Many servers use one code for many things, so the words decide where
the code is vague; a code alone counts only where it is unambiguous.
"""

import re
from enum import Enum

from base.text import one_line
from funnel.incoming.bounce_words import FULL, GONE, OUR_LIMIT, OWN, PACE, RELAYING, ROUTE, SENDER, SPAM

MAX_LENGTH = 2000  # characters of an answer that are examined


class BounceVerdict(Enum):
    """What a refusal means for the address and for us."""

    GONE = "gone"  # the address does not exist: it is suppressed
    TEMPORARY = "temporary"  # full, too large, too fast, no route: it may work another day
    OWN_FAULT = "own_fault"  # our sender, server, limits or authentication: nobody would be reached
    FILTERED = "filtered"  # a filter rejects this mail
    UNKNOWN = "unknown"


# Unless the words contradict them.
GONE_CODES = frozenset(("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10"))
# Only if the words say so.
VAGUE_CODES = frozenset(("", "5.0.0", "5.0.1", "5.2.0", "5.2.1", "5.3.0", "5.4.1", "5.5.0", "5.7.1"))
OWN_CODES = frozenset(("5.1.7", "5.1.8", "5.1.90", "5.7.8", "5.7.9"))
# SPF, DKIM, DMARC, host name; at Microsoft also the IP address and the sender's limits.
OWN_CODES_FROM_20 = re.compile(r"5\.7\.(?:2\d|3\d|5\d\d|6\d\d|7\d\d)")
TEMPORARY_CODES = re.compile(r"5\.(?:2\.2|2\.12[12]|3\.1|4\.[2-7])")
CODE = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
REPLY = re.compile(r"(?<![\d.])([245]\d\d)(?=[ -])")
ADDRESS = re.compile(r"[<(\"']?[^\s<>()\"']{1,64}@[^\s<>()\"']{1,255}[>)\"']?")


def judge(status: str, words: str) -> BounceVerdict:
    """Return the verdict on a refusal with an enhanced status code ("" without one) and a text.

    A more exact code within the text takes precedence over a vague `status`.
    """
    text = one_line(ADDRESS.sub(" ", words[:MAX_LENGTH].lower()))
    code = _exact(status.strip(), text)
    if code.startswith("4") or (not code and _reply(text).startswith("4")):
        return BounceVerdict.TEMPORARY
    if SENDER.search(text):
        return BounceVerdict.OWN_FAULT
    if code in GONE_CODES:
        return _gone_or_contradicted(text)
    if code in OWN_CODES or OWN_CODES_FROM_20.fullmatch(code):
        return BounceVerdict.OWN_FAULT
    if TEMPORARY_CODES.fullmatch(code) or FULL.search(text) or PACE.search(text):
        return _limit(text)
    if code in VAGUE_CODES and GONE.search(text):
        return BounceVerdict.GONE
    return next((verdict for pattern, verdict in FALLBACKS if pattern.search(text)), BounceVerdict.UNKNOWN)


def judge_answer(answer: str) -> BounceVerdict:
    """Return the verdict on a reply of our own mail server, such as "550 5.1.1 no such user".

    From our own server, "relaying denied" means that we are not logged in; in a report it concerns the recipient's
    domain.
    """
    verdict = judge("", answer)
    if verdict is BounceVerdict.UNKNOWN and RELAYING.search(answer[:MAX_LENGTH].lower()):
        return BounceVerdict.OWN_FAULT
    return verdict


FALLBACKS = ((OWN, BounceVerdict.OWN_FAULT), (SPAM, BounceVerdict.FILTERED), (ROUTE, BounceVerdict.TEMPORARY))


def _gone_or_contradicted(text: str) -> BounceVerdict:
    """Return the verdict for a code that means GONE. Words about a full mailbox or a blocklist override it."""
    if GONE.search(text):
        return BounceVerdict.GONE
    if FULL.search(text):
        return BounceVerdict.TEMPORARY
    return BounceVerdict.OWN_FAULT if OWN.search(text) else BounceVerdict.GONE


def _limit(text: str) -> BounceVerdict:
    return BounceVerdict.OWN_FAULT if OUR_LIMIT.search(text) else BounceVerdict.TEMPORARY


def _exact(status: str, text: str) -> str:
    given = CODE.fullmatch(status)
    code = status if given else ""
    if code and not code.endswith(".0.0"):
        return code
    inside = [one for one in CODE.findall(text) if not one.startswith("2")]
    return next((one for one in inside if not one.endswith(".0.0")), code or next(iter(inside), ""))


def _reply(text: str) -> str:
    found = REPLY.search(text)
    return found[1] if found else ""

"""The outcome of handing over one mail, to a mail server or a provider."""

import re
from dataclasses import dataclass
from enum import Enum

from base.text import one_line


class Result(Enum):
    """How handing over a mail ended."""

    SENT = "sent"
    GONE = "gone"  # permanently: the address does not exist
    REFUSED = "refused"  # permanently: this mail will never be accepted
    LATER = "later"  # temporarily, because of this mail or its recipient
    HELD = "held"  # temporarily, because of us or the connection: no mail would be accepted
    UNCLEAR = "unclear"


@dataclass(frozen=True)
class Outcome:
    """The result, the server's last answer, and the fault (`HoldKind`) if other mails would not be accepted either."""

    result: Result
    answer: str = ""
    fault: str = ""


def clean_answer(text: str) -> str:
    """Return a server's answer as one line that can be stored."""
    return one_line(text.encode(errors="replace").decode().replace("\x00", ""))[:300]


CODES = re.compile(r"\b[245]\d\d\b(?:[ -][245]\.\d{1,3}\.\d{1,3})?")


def codes(answer: str) -> str:
    """Return the codes of a server's answer, for the log: its words may contain the address."""
    found = CODES.search(answer)
    return found[0] if found else ""

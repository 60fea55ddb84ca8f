"""How handing over one mail ended, whoever it was handed to."""

import re
from dataclasses import dataclass
from enum import Enum

from base.text import one_line


class Result(Enum):
    """How handing over ended."""

    SENT = "sent"
    GONE = "gone"  # for good: there is nobody at this address
    REFUSED = "refused"  # for good: this mail will never be taken
    LATER = "later"  # not now, and that is about this mail or its recipient
    HELD = "held"  # not now, and that is our own fault or the line's: no mail would be taken
    UNCLEAR = "unclear"


@dataclass(frozen=True)
class Outcome:
    """How it ended, what the server said last, and what is at fault where no mail would be taken (`HoldKind`)."""

    result: Result
    answer: str = ""
    fault: str = ""


def clean_answer(text: str) -> str:
    """What a server said, as one line that fits and can be stored."""
    return one_line(text.encode(errors="replace").decode().replace("\x00", ""))[:300]


CODES = re.compile(r"\b[245]\d\d\b(?:[ -][245]\.\d{1,3}\.\d{1,3})?")


def codes(answer: str) -> str:
    """The numbers of what a server said, for the log: its words may repeat the address."""
    found = CODES.search(answer)
    return found[0] if found else ""

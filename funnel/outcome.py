"""How handing over one mail ended, whoever it was handed to."""

from dataclasses import dataclass
from enum import Enum


class Fate(Enum):
    """How handing over ended."""

    SENT = "sent"
    REFUSED = "refused"  # for good: this mail will never be taken
    LATER = "later"  # not now: the server is down, busy or full
    UNCLEAR = "unclear"


@dataclass(frozen=True)
class Outcome:
    """How it ended, and what the server said last."""

    fate: Fate
    answer: str = ""


def line(text: str) -> str:
    """What a server said, as one line that fits and can be stored."""
    return " ".join(text.encode(errors="replace").decode().replace("\x00", "").split())[:300]

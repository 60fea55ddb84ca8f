"""A process that takes what waits, with the tests' own reader: `python -m tests.intake.taker`.

Tests kill it. `PAUSE` seconds pass between reading and marking each arrival.
"""

import os
import time
from typing import Any

import django

django.setup()

from django.utils import timezone  # noqa: E402  needs the settings

from intake import taking  # noqa: E402
from intake.models import InletKind  # noqa: E402
from intake.reading.lead import Lead  # noqa: E402
from tests.intake import arriving  # noqa: E402

PAUSE = float(os.environ.get("PAUSE", "0"))


class Slow(Lead):
    """A lead that takes its time to be kept as it was read, after everything else is done."""

    def as_json(self) -> dict[str, Any]:
        time.sleep(PAUSE)
        return super().as_json()


def read(raw: bytes, content_type: str, mapping: Any) -> list[Lead]:
    return [Slow(**vars(lead)) for lead in arriving.read(raw, content_type, mapping)]


def main() -> None:
    taking.READERS[InletKind.HOOK] = read
    print("ready", flush=True)
    while True:
        taking.take_waiting(now=timezone.now())
        time.sleep(0.01)


if __name__ == "__main__":
    main()

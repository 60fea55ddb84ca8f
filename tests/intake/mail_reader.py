"""A process that reads mailboxes and takes in what they hold: `python -m tests.intake.mail_reader`.

Tests kill it. `PAUSE` seconds pass between keeping each mail and saying that it was read.
"""

import os
import time
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402  needs to be set up
from django.utils import timezone  # noqa: E402

from funnel.replies import inbox  # noqa: E402
from intake import taking  # noqa: E402
from intake.mail import forwarded, polling  # noqa: E402
from intake.models import Postbox  # noqa: E402

PAUSE = float(os.environ.get("PAUSE", "0"))


class Slow:
    """A way on which each mail takes its time."""

    def __init__(self, keep: Any) -> None:
        self.keep = keep

    def __call__(self, *args: Any, **values: Any) -> Any:
        kept = self.keep(*args, **values)
        time.sleep(PAUSE)
        return kept


def main() -> None:
    polling.keep_mail = Slow(polling.keep_mail)
    others = inbox.Others(wants=forwarded.wants, keep=Slow(forwarded.keep), most=forwarded.OTHERS.most)
    settings.PRIVATE_NETWORKS = ["127.0.0.1", "::1"]
    print("ready", flush=True)
    while True:
        if settings.IMAP_URL:
            inbox.poll(now=timezone.now(), others=others)
        for postbox in Postbox.objects.all():  # several at once, without the claim
            polling.read(postbox.pk, now=timezone.now())
        taking.take_waiting(now=timezone.now())
        time.sleep(0.01)


if __name__ == "__main__":
    main()

"""A process that mails what is due, as the worker does: `python -m tests.pipeline.alert_sender`. Tests kill it."""

import time

import django

django.setup()

from django.utils import timezone  # noqa: E402  needs the settings

from pipeline.alerts import mailing  # noqa: E402


def main() -> None:
    print("ready", flush=True)
    while True:
        mailing.send_due(now=timezone.now())
        time.sleep(0.01)


if __name__ == "__main__":
    main()

"""`manage.py send_feedback`: mails the feedback that could not be mailed when it was given."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from help.feedback import deliver_waiting


class Command(BaseCommand):
    help = "Mails stored feedback that has not reached the operator yet (the worker does so every five minutes)."

    def handle(self, *args: Any, **options: Any) -> None:
        mailed, waiting = deliver_waiting(now=timezone.now())
        self.stdout.write(f"{mailed} mailed, {waiting} waiting")
        if waiting:
            raise CommandError("The mail server did not take everything; the log says why.")

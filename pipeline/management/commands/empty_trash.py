"""`manage.py empty_trash`: erases contacts that have been in the trash for 30 days."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from pipeline import leads


class Command(BaseCommand):
    help = "Erases the contacts that have been in the trash for 30 days, in all offices."

    def handle(self, *args: Any, **options: Any) -> None:
        count = leads.erase_expired(now=timezone.now())
        self.stdout.write(f"{count} contacts erased")

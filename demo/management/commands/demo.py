"""`manage.py demo --contacts N --seed S`: the demo offices, their logins and N believable contacts."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.models import Account
from demo.build import PASSWORD, build


class Command(BaseCommand):
    help = "Makes the demo offices if they are missing and adds believable German contacts."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--contacts", type=int, default=300, help="how many (default 300)")
        parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same people")
        parser.add_argument("--if-empty", action="store_true", help="do nothing if there is an office already")

    def handle(self, *, contacts: int, seed: int, if_empty: bool = False, **options: Any) -> None:
        if contacts < 0:
            raise CommandError("--contacts must not be negative.")
        if if_empty and Account.objects.exists():
            return
        build(contacts=contacts, seed=seed, now=timezone.localtime())
        if options["verbosity"]:
            self.stdout.write(f"Added {contacts} contacts; every demo login has the password {PASSWORD}.")

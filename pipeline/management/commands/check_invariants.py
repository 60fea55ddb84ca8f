"""`manage.py check_invariants`: checks the invariants of the data in the database."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Account
from pipeline.invariants import INVARIANTS, broken


class Command(BaseCommand):
    """Lists rows that violate an invariant and exits with 1 if there is one; changes nothing."""

    help = "Checks the invariants of contacts, cards, moves and mails; exits 1 and names the rows that break one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--account", type=int, help="the id of one office; all of them if it is left out")

    def handle(self, *args: Any, **options: Any) -> None:
        account = None
        if options["account"] is not None:
            account = Account.objects.filter(pk=options["account"]).first()
            if account is None:
                raise CommandError(_("Dieses Büro gibt es nicht."), returncode=2)
        found = broken(account)
        for number, sentence in found:
            self.stdout.write(f"{number}  {sentence}")
        if found:
            count = len(found)
            raise CommandError(ngettext("%d Zeile ist falsch.", "%d Zeilen sind falsch.", count) % count)
        self.stdout.write(_("Alle Zusagen 1 bis %(last)s gelten.") % {"last": max(INVARIANTS)})

"""`manage.py inbox`: lists the quarantined mails, and has one processed again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from funnel.replies import quarantine


class Command(BaseCommand):
    help = "Lists the mails that were quarantined because they could not be processed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--again", type=int, metavar="NR", help="have this mail processed again")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["again"] is None:
            for arrival in quarantine.quarantined():
                self.stdout.write(quarantine.describe(arrival))
        elif not quarantine.release(arrival_id=options["again"]):
            raise CommandError("There is no such mail.")

"""`manage.py inbox`: what of the mailbox for bounces and answers was set aside, and reading one of it again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from funnel.replies import quarantine


class Command(BaseCommand):
    help = "Lists the mails that were set aside because they could not be processed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--again", type=int, metavar="NR", help="have this mail read again")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["again"] is None:
            for arrival in quarantine.quarantined():
                self.stdout.write(quarantine.describe(arrival))
        elif not quarantine.release(arrival_id=options["again"]):
            raise CommandError("There is no such mail.")

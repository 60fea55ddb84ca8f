"""`manage.py procrastinate …`: the library's command, whose worker first frees what dead workers left behind."""

from typing import Any

from procrastinate.contrib.django.management.commands.procrastinate import Command as LibraryCommand

from pipeline import stalled


class Command(LibraryCommand):
    def handle(self, *args: Any, **options: Any) -> None:
        if options["command"] == "worker":
            stalled.give_back()
        super().handle(*args, **options)

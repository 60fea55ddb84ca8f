"""`manage.py procrastinate …`: the library's command, with a worker that survives a restart of the database.

The library's own worker ends if the database is down for some seconds, and its jobs are not resumed.
"""

import asyncio
import logging
import signal
import time
from contextlib import suppress
from typing import Any

import psycopg
from django.db import DatabaseError, connections
from procrastinate.contrib.django import app
from procrastinate.contrib.django.management.commands.procrastinate import Command as LibraryCommand
from procrastinate.exceptions import ConnectorException

from base.limits import WORKER, limit
from pipeline import stalled

PAUSE = 1  # seconds until the database is looked for again
NOT_FOR_THE_WORKER = ("command", "func")

logger = logging.getLogger(__name__)


class Command(LibraryCommand):
    """Differs only in `worker`, and there only in what happens before it starts and when the database goes down."""

    is_stopped = False  # by a signal

    def handle(self, *args: Any, **options: Any) -> None:
        if options["command"] != "worker":
            super().handle(*args, **options)
            return
        others = {*self._django_options, *NOT_FOR_THE_WORKER}
        given = {name: value for name, value in options.items() if name not in others}
        limit(WORKER)
        with suppress(KeyboardInterrupt):
            self.live(given)

    def live(self, given: dict[str, Any]) -> None:
        """Run workers one after the other until a signal arrives; a single one if it is not to wait for jobs."""
        while True:
            try:
                self.rescue()
                asyncio.run(self.work(given))
                if self.is_stopped or not given.get("wait", True):
                    return
                logger.warning("The worker ended by itself and starts again")
            except (DatabaseError, ConnectorException, psycopg.Error) as fault:
                if self.is_stopped:
                    return
                kind = type(fault.__cause__ or fault).__qualname__  # its words may quote a row
                logger.warning("The worker waits for its database: %s", kind)
            time.sleep(PAUSE)

    def rescue(self) -> None:
        try:
            stalled.give_back()
        finally:
            connections.close_all()  # else the next attempt would use the one that broke

    async def work(self, given: dict[str, Any]) -> None:
        """Run a worker. A signal ends it after the current jobs, a second signal at once."""
        loop = asyncio.get_running_loop()
        with app.replace_connector(app.connector.get_worker_connector()) as working:  # type: ignore[attr-defined]
            async with working.open_async():
                life = asyncio.ensure_future(working.run_worker_async(install_signal_handlers=False, **given))

                def stop() -> None:
                    self.is_stopped = True
                    for number in (signal.SIGINT, signal.SIGTERM):
                        loop.remove_signal_handler(number)
                    life.cancel()

                for number in (signal.SIGINT, signal.SIGTERM):
                    loop.add_signal_handler(number, stop)
                with suppress(asyncio.CancelledError):
                    await life

"""The one connection to the database on which all notices arrive, and which comes back by itself."""

import asyncio
import logging
import random
from collections.abc import Callable, Mapping
from typing import Any

import psycopg

from base.notices import CHANNEL

LOOK = 10  # seconds between two looks whether the server is still there
PAUSE, LONGEST_PAUSE = 0.1, 2.0  # seconds between two attempts
OPTIONS: dict[str, Any] = {"application_name": "pipeline-stream", "connect_timeout": 3, "tcp_user_timeout": 10_000}

log = logging.getLogger("pipeline.stream")


async def listen(database: Mapping[str, Any], hear: Callable[[str], None], resume: Callable[[], None]) -> None:
    """Call `hear` with each notice, for ever, and `resume` whenever some may have been missed before."""
    pause = PAUSE
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(**OPTIONS | dict(database), autocommit=True) as wire:
                await wire.execute(f"LISTEN {CHANNEL}")
                resume()
                pause = PAUSE
                await _hear_all(wire, hear)
        except (psycopg.Error, OSError) as error:
            log.warning("the database is away (%s)", type(error).__qualname__)
        await asyncio.sleep(pause * random.uniform(0.5, 1))
        pause = min(2 * pause, LONGEST_PAUSE)


async def _hear_all(wire: psycopg.AsyncConnection, hear: Callable[[str], None]) -> None:
    while True:
        async for notify in wire.notifies(timeout=LOOK):
            hear(notify.payload)
        async with asyncio.timeout(LOOK):
            await wire.execute("SELECT 1")

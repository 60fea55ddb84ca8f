"""Two addresses for whoever watches the process: is it alive, is it ready."""

from dataclasses import dataclass
from functools import cache

from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from config.probe import PROBE


@dataclass
class Leaving:
    """Whether this process was told to stop. A plain mark: what waits for a lock must not be set by a signal."""

    requested: bool = False


LEAVING = Leaving()


@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """200 as long as the process answers and is not about to end; asks nobody else."""
    if LEAVING.requested:
        return _not("leaving")
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """200 when every migration is applied and a row could be written just now, else 503. Writes nothing itself."""
    if LEAVING.requested:
        return _not("leaving")
    try:
        is_pending = not needed() <= set(MigrationRecorder(connection).applied_migrations())
    except DatabaseError:
        return _not("database unavailable")
    if is_pending:
        return _not("migrations pending")
    if fault := PROBE.fault():
        return _not(fault)
    return HttpResponse("ready\n", content_type="text/plain")


def _not(reason: str) -> HttpResponse:
    return HttpResponse(f"{reason}\n", status=503, content_type="text/plain", headers={"Retry-After": "5"})


@cache
def needed() -> frozenset[tuple[str, str]]:
    """The migrations of this version of the program: read from its files once in a process."""
    return frozenset(MigrationLoader(None).graph.nodes)

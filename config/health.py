"""Liveness and readiness checks for monitoring."""

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules

from django.apps import apps
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from config.probe import PROBE


@dataclass
class Leaving:
    """Whether this process was asked to stop. A plain flag, since a signal handler must not wait for a lock."""

    requested: bool = False


LEAVING = Leaving()


@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """Return 200 while the process responds and is not about to stop; check nothing else."""
    if LEAVING.requested:
        return _not("leaving")
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Return 200 if all migrations are applied and the last probe could write, else 503. Writes nothing itself."""
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
    """Return the migrations of this version: their files' names, since loading them all takes 10 MB in each process."""
    return frozenset(
        (app.label, migration.name)
        for app in apps.get_app_configs()
        if find_spec(package := f"{app.name}.migrations")
        for migration in iter_modules(import_module(package).__path__)
    )

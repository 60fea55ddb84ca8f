"""What somebody else has changed of what is being edited, for a line in the form: see `pipeline.latest`.

Answers 204 if there is nothing to say, and 200 for what is gone: browsers report 404 and 410 to the console.
"""

from datetime import UTC, datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import LEADERS, WORKERS, Request, gate
from base.ids import is_id
from pipeline import latest
from pipeline.latest import Form, Line

LAST = 4_000_000_000  # seconds since 1970


@require_safe
@gate(*WORKERS)
def contact(request: Request, contact_id: int) -> HttpResponse:
    """Say who changed what of the contact last."""
    opened = _number(request, "since") or 0
    form = Form(
        about=request.GET.get("about", ""),
        opened_at=datetime.fromtimestamp(min(opened, LAST), UTC),
        actor=_number(request, "actor"),
        kind=request.GET.get("kind", ""),
    )
    return _said(request, latest.of_contact(request.user, contact_id, form, timezone.now()))


@require_safe
@gate(*LEADERS)
def column(request: Request, column_id: int) -> HttpResponse:
    """Say who changed what of the column last."""
    return _said(request, latest.of_column(request.user, column_id, _number(request, "actor"), timezone.now()))


def _said(request: Request, line: Line | None) -> HttpResponse:
    return render(request, "pipeline/_latest.html", {"line": line}) if line else HttpResponse(status=204)


def _number(request: Request, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if is_id(text) else None

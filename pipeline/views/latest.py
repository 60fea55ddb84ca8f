"""What somebody else has changed of what is being edited, for a line in the form. `by`: who has; nobody: the worker."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import LEADERS, WORKERS, Request, gate
from base.ids import is_id
from contacts.finding import find
from pipeline import latest


@require_safe
@gate(*WORKERS)
def contact(request: Request, contact_id: int) -> HttpResponse:
    """Say who changed what of the contact last."""
    shown = find(request.user, contact_id)
    sentence = latest.of_contact(request.user, shown, _by(request), timezone.now())
    return render(request, "pipeline/_latest.html", {"sentence": sentence, "way": shown.get_absolute_url()})


@require_safe
@gate(*LEADERS)
def column(request: Request, column_id: int) -> HttpResponse:
    """Say who changed what of the column last."""
    sentence = latest.of_column(request.user, column_id, _by(request), timezone.now())
    return render(request, "pipeline/_latest.html", {"sentence": sentence})


def _by(request: Request) -> int | None:
    text = request.GET.get("by", "")
    return int(text) if is_id(text) else None

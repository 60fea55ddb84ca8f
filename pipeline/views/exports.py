"""Exporting contacts: requested by POST, downloaded within an hour."""

from uuid import UUID

from django.http import HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import LEADERS, Request, gate
from base.ids import is_id
from base.refusals import NotUnderstood
from pipeline import exports
from pipeline.selection import Selection


@require_POST
@gate(*LEADERS)
def create(request: Request) -> HttpResponse:
    """Permit the download of the ticked contacts (`contact`), or of all that the `filter` finds."""
    selection = Selection.parse(request.user, QueryDict(request.POST.get("filter", "")))
    ids = None if request.POST.get("all") or "contact" not in request.POST else _ids(request.POST)
    if ids is None and not {"all", "filter"} & request.POST.keys():
        raise NotUnderstood(_("Bitte wählen Sie mindestens einen Kontakt aus."))
    export = exports.permit(user=request.user, ids=ids, query=selection.query_string, now=timezone.now())
    return redirect("pipeline:export", export.pk)


@require_safe
@gate(*LEADERS)
def download(request: Request, export_id: UUID) -> StreamingHttpResponse:
    """Send the file to the user who requested it."""
    export = exports.find(user=request.user, export_id=export_id, now=timezone.now())
    pieces = exports.write(export=export, user=request.user)
    response = StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8")
    name = f"kontakte-{timezone.localdate():%Y-%m-%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


def _ids(data: QueryDict) -> list[int]:
    """Return the ticked ids. Contacts that are unknown, foreign or hidden by now are left out of the file."""
    texts = data.getlist("contact")
    if not all(map(is_id, texts)):
        raise NotUnderstood(_("Mindestens ein Kontakt ist nicht (mehr) verfügbar."))
    return [int(text) for text in texts]

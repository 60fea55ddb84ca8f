"""The list, and the redirect to the view used last."""

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import EVERYBODY, WORKERS, Request, gate
from base.ids import is_id
from base.refusals import wants_fragment
from contacts import assignment
from pipeline import changed, counting, filters, listing
from pipeline.selection import Selection
from pipeline.views.answers import SORT, VIEW, first_steps, is_short, opened, scene, set_preference, sort_used

SEARCH_FROM = 8  # colleagues; fewer need no search


@require_safe
@gate(*EVERYBODY)
def home(request: Request) -> HttpResponse:
    """Redirect to the view used last; marketing has only the list."""
    is_board = request.COOKIES.get(VIEW) == "board" and request.user.works_contacts
    return HttpResponseRedirect(reverse("pipeline:board" if is_board else "pipeline:list"))


@require_safe
@gate(*EVERYBODY)
def page(request: Request) -> HttpResponse:
    """Show a page of the selection as a table."""
    live = opened(request, "list", "pipeline:list-changes")
    selection = Selection.parse(request.user, request.GET)
    size = listing.SHORT if is_short(request) else listing.PAGE
    found = listing.load(selection, request.GET, sort_used(request), size)
    context = scene(request, selection) | {
        "live": live,
        "listing": found,
        "total": found.total,
        "first_steps": first_steps(request, selection, found.total),
        "sort": str(found.sort),
        "sorts": listing.choices(request.user),
        "view": "list",
        "colleagues": filters.chosen(selection),
        "status": filters.status(selection),
    }
    response = render(request, "pipeline/list.html", context)
    set_preference(response, VIEW, "list", request)
    set_preference(response, SORT, f"{request.user.pk}.{found.sort}", request)
    return response


@require_safe
@gate(*EVERYBODY)
def changes(request: Request) -> HttpResponse:
    """Show the `rows` of an open list that are still found, and how many contacts have entered it."""
    selection = Selection.parse(request.user, request.GET)
    rows, met = (changed.asked(request.GET.get(name, "")) for name in ("rows", "met"))
    found, total = changed.rows(selection, rows), counting.found(selection)
    known = changed.Known(
        since=changed.moment(request.GET.get("since", ""), timezone.now()),
        met=met,
        number=int(before) - len(rows) + len(found) if is_id(before := request.GET.get("before", "")) else None,
    )
    entered = changed.entered(selection, known, total)
    context = scene(request, selection) | {"contacts": found, "entered": entered, "total": total}
    return render(request, "pipeline/_list_changes.html", context)


@require_safe
@gate(*WORKERS)
def assignees(request: Request) -> HttpResponse:
    """Show the menu of the filter by assignee."""
    selection = Selection.parse(request.user, request.GET)
    colleagues = assignment.colleagues(request.user)
    context = {
        "people": filters.people(selection, colleagues),
        "has_search": len(colleagues) >= SEARCH_FROM,
        "address": reverse("pipeline:board" if request.GET.get("view") == "board" else "pipeline:list"),
        "sort": str(listing.Sort.parse(request.user, request.GET, sort_used(request))),
    }
    template = "pipeline/_assignees.html" if wants_fragment(request) else "pipeline/assignees.html"
    return render(request, template, context)


@require_safe
@gate(*EVERYBODY)
def further_filters(request: Request) -> HttpResponse:
    """Show the menu of the filters by status and tag."""
    selection = Selection.parse(request.user, request.GET)
    context = {
        "groups": [(_("Status"), filters.statuses(selection)), (_("Schlagwort"), filters.tags(selection))],
        "address": reverse("pipeline:board" if request.GET.get("view") == "board" else "pipeline:list"),
        "sort": str(listing.Sort.parse(request.user, request.GET, sort_used(request))),
    }
    template = "pipeline/_further_menu.html" if wants_fragment(request) else "pipeline/further_filters.html"
    return render(request, template, context)

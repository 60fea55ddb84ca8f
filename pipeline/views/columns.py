"""The column menu and what it offers."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import LEADERS, Request, gate
from base.refusals import Gone, NotUnderstood
from pipeline import board
from pipeline.columns import tally, verbs
from pipeline.columns.menu import entries
from pipeline.deeds import reversible, reversible_columns
from pipeline.forms import key_of, nothing_chosen, number, single
from pipeline.models import Column, Deed
from pipeline.selection import Selection
from pipeline.views.answers import found, scene
from pipeline.views.deeds import started, undo_address


@require_safe
@gate(*LEADERS)
def menu(request: Request, column_id: int) -> HttpResponse:
    """Show the menu; disabled entries have their reason."""
    column = found(Column.objects.of(request.account).filter(pk=column_id))
    count = tally.in_column(column)
    total = Column.objects.of(request.account).count()
    context = {"column": column, "groups": entries(column, count, total), "selection": _selection(request)}
    return render(request, _either(request, "_column_menu.html", "column_menu.html"), context)


@require_POST
@gate(*LEADERS)
def create(request: Request) -> HttpResponse:
    """Insert a column beside another one; it opens in rename mode."""
    beside, side = number(request.POST, "beside"), single(request.POST, "side")
    column, deed = reversible_columns.insert(
        user=request.user, now=timezone.now(), beside_id=beside, side=side, key=key_of(request.POST)
    )
    return _changed(request, _("Spalte eingefügt."), deed, inserted=column)


@require_http_methods(["GET", "HEAD", "POST"])
@gate(*LEADERS)
def name(request: Request, column_id: int) -> HttpResponse:
    """Show the head in rename mode, or normally with `?cancel` (GET), or rename the column (POST)."""
    column = found(Column.objects.of(request.account).filter(pk=column_id))
    if request.method != "POST":
        return _head(request, column, is_renaming="cancel" not in request.GET and not column.is_system)
    typed = single(request.POST, "name")
    try:
        now = timezone.now()
        _column, deed = reversible_columns.rename(user=request.user, column_id=column_id, name=typed, now=now)
    except NotUnderstood as refusal:
        return _head(request, column, is_renaming=True, typed=typed, error=refusal.sentence, status=422)
    return _head(request, column, sentence=_("Name gespeichert."), undo=undo_address(deed))


@require_POST
@gate(*LEADERS)
def place(request: Request, column_id: int) -> HttpResponse:
    """Shift the column one to the left or right."""
    found(Column.objects.of(request.account).filter(pk=column_id))
    deed = reversible_columns.shift(
        user=request.user, now=timezone.now(), column_id=column_id, direction=single(request.POST, "direction")
    )
    return _changed(request, _("Spalte verschoben."), deed)


@require_POST
@gate(*LEADERS)
def mails(request: Request, column_id: int) -> HttpResponse:
    """Set whether active series continue in this column."""
    found(Column.objects.of(request.account).filter(pk=column_id))
    go_on = single(request.POST, "go_on") == "1"
    column = verbs.set_mails(user=request.user, column_id=column_id, go_on=go_on)
    active, paused = _("In dieser Spalte laufen E-Mails weiter."), _("In dieser Spalte pausieren E-Mails.")
    return _head(request, column, sentence=active if go_on else paused)


@require_http_methods(["GET", "HEAD", "POST"])
@gate(*LEADERS)
def removal(request: Request, column_id: int) -> HttpResponse:
    """Ask where to move the contacts (GET), or delete the column after moving them to `target`, if given (POST)."""
    column = found(Column.objects.of(request.account).filter(pk=column_id))
    if request.method != "POST" or request.POST.get("target") == "":
        return _ask_target(request, column)
    user, now = request.user, timezone.now()
    if request.POST.get("target"):
        target = number(request.POST, "target")
        deed = reversible.empty_and_remove(user=user, column_id=column_id, target_id=target, now=now)
        return _changed(request, _("Kontakte verschoben und Spalte gelöscht."), deed, refilled=target)
    return _changed(request, _("Spalte gelöscht."), reversible_columns.remove(user=user, column_id=column_id, now=now))


def _ask_target(request: Request, column: Column) -> HttpResponse:
    others = Column.objects.of(request.account).exclude(pk=column.pk).order_by("position")
    count = tally.in_column(column)
    context = {"column": column, "others": others, "count": count, "selection": _selection(request)}
    context["error"] = nothing_chosen() if request.method == "POST" else ""
    template = _either(request, "_removal.html", "removal.html")
    return render(request, template, context, status=422 if context["error"] else 200)


def _changed(
    request: Request,
    sentence: str,
    deed: Deed,
    inserted: Column | None = None,
    refilled: int | None = None,
) -> HttpResponse:
    """Render the new order of columns, and a column that is new or newly filled; show the progress of a job."""
    if deed.is_busy:
        return started(request, deed)
    if not request.htmx:
        messages.success(request, sentence, extra_tags=undo_address(deed))
        return redirect("pipeline:column-name", inserted.pk) if inserted else redirect("pipeline:board")
    selection = _selection(request)
    stacks = board.load(selection)
    context = scene(request, selection) | {
        "sentence": sentence,
        "undo": undo_address(deed),
        "order": ",".join(str(stack.column.pk) for stack in stacks),
        "inserted": next((stack for stack in stacks if inserted and stack.column.pk == inserted.pk), None),
        "refilled": next((stack for stack in stacks if stack.column.pk == refilled), None),
    }
    return render(request, "pipeline/_columns_changed.html", context)


def _head(request: Request, column: Column, status: int = 200, **context: Any) -> HttpResponse:
    if not request.htmx and "sentence" in context:
        messages.success(request, context["sentence"], extra_tags=context.get("undo", ""))
        return redirect("pipeline:board")
    selection = _selection(request)
    stack = next(iter(board.heads(selection, [column.pk])), None)
    if stack is None:
        raise Gone(verbs.deleted())
    context = scene(request, selection) | {"stack": stack, "oob": True} | context
    return render(request, _either(request, "_renamed.html", "rename.html"), context, status=status)


def _selection(request: Request) -> Selection:
    return Selection.parse(request.user, request.GET)


def _either(request: Request, fragment: str, page: str) -> str:
    return f"pipeline/{fragment if request.htmx else page}"

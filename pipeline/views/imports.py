"""The steps of an import: upload, mapping, dry run, import, report."""

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import LEADERS, Request, gate
from base.refusals import NotUnderstood, wants_fragment
from pipeline.imports import report, steps
from pipeline.imports import undo as import_undo
from pipeline.imports.choices import ChoicesForm
from pipeline.imports.forms import MappingForm, ReadingForm, UploadForm
from pipeline.models import Import, ImportState
from pipeline.views.answers import opened

EARLIER = 20  # imports shown below the upload


@require_http_methods(["GET", "HEAD", "POST"])
@gate(*LEADERS)
def overview(request: Request) -> HttpResponse:
    """Show the upload and earlier imports (GET), or receive a file (POST)."""
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if form.is_valid():
        try:
            source = steps.receive(user=request.user, upload=form.cleaned_data["file"], now=timezone.now())
            return redirect("pipeline:import", source.pk)
        except NotUnderstood as refusal:
            form.add_error("file", refusal.sentence)
    earlier = Import.objects.of(request.account).select_related("user").order_by("-pk")[:EARLIER]
    context = {"form": form, "earlier": earlier, "step": 1}
    return render(request, "pipeline/imports.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@gate(*LEADERS)
def mapping(request: Request, import_id: int) -> HttpResponse:
    """Show the mapping of the columns (GET), or store it and start the dry run (POST)."""
    source = steps.find(request.account, import_id)
    if request.method != "POST" and not steps.can_be_mapped(source):
        return redirect("pipeline:import", source.pk)
    form = MappingForm(request.POST if request.method == "POST" else None, source=source)
    if form.is_valid():
        started = steps.configure(source=source, mapping=form.mapping, options=form.options)
        if not started:
            messages.info(request, _("Bitte prüfen Sie noch, was die Status der Datei hier heißen."))
        return redirect("pipeline:import", source.pk)
    context = report.mapping_page(source) | {"form": form}
    return render(request, "pipeline/import_mapping.html", context, status=422 if form.is_bound else 200)


@require_POST
@gate(*LEADERS)
def reading(request: Request, import_id: int) -> HttpResponse:
    """Have the file read again with other headers, or with umlauts repaired or not."""
    source = steps.find(request.account, import_id)
    form = ReadingForm(request.POST, source=source)
    if not form.is_valid():
        raise NotUnderstood(_("Diese Zeile gibt es nicht. Bitte wählen Sie eine aus der Liste."))
    steps.read_again(source=source, **form.cleaned_data)
    return redirect("pipeline:import", source.pk)


@require_safe
@gate(*LEADERS)
def page(request: Request, import_id: int) -> HttpResponse:
    """Show the state of the import; polled every second while the worker has it."""
    live = opened(request, f"import-{import_id}", "pipeline:import", import_id)
    source = steps.find(request.account, import_id)
    if source.state == ImportState.UPLOADED:
        way = reverse("pipeline:import-mapping", args=[source.pk])
        return HttpResponse(headers={"HX-Redirect": way}) if wants_fragment(request) else redirect(way)
    template = "pipeline/_import_state.html" if wants_fragment(request) else "pipeline/import.html"
    context = report.state_of(source, is_asked=wants_fragment(request), heard=request.GET.get("heard", ""))
    return render(request, template, context | {"live": live})


@require_POST
@gate(*LEADERS)
def takeover(request: Request, import_id: int) -> HttpResponse:
    """Have the worker import all rows, or only the valid ones; with series on request."""
    source = steps.find(request.account, import_id)
    form = ChoicesForm(request.POST, source=source)
    if not form.is_valid():
        raise NotUnderstood(_("Diesen Kontakt gibt es nicht (mehr). Bitte wählen Sie noch einmal."))
    if steps.choose(source=source, chosen=form.chosen):
        messages.info(request, _("Mit Ihrer Auswahl wird noch einmal geprüft; übernommen ist noch nichts."))
        return redirect("pipeline:import", source.pk)
    wanted = request.POST.get("rows")
    if wanted != "check":
        steps.start(source=source, valid_only=wanted == "valid", enrol="enrol" in request.POST)
    return redirect("pipeline:import", source.pk)


@require_POST
@gate(*LEADERS)
def undo(request: Request, import_id: int) -> HttpResponse:
    """Have the worker undo the import."""
    source = steps.find(request.account, import_id)
    import_undo.ask(source=source, user=request.user, now=timezone.now())
    return redirect("pipeline:import", source.pk)


@require_safe
@gate(*LEADERS)
def rows(request: Request, import_id: int) -> HttpResponse:
    """Show the planned or actual outcome of each row."""
    source = steps.find(request.account, import_id)
    context = report.page_of(source, request.GET)
    return render(request, "pipeline/import_rows.html", context)


@require_safe
@gate(*LEADERS)
def rows_file(request: Request, import_id: int) -> StreamingHttpResponse:
    """Send the report as a CSV file."""
    source = steps.find(request.account, import_id)
    return report.download(source)

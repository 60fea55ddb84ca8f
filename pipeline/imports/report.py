"""What the pages of an import show: how far it is, and the report row by row."""

from collections.abc import Iterator
from typing import Any

from django.http import QueryDict, StreamingHttpResponse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.plans import Feature
from base.ids import is_id
from contacts.csv import rows as csv_rows
from pipeline import stalled
from pipeline.forecast import Forecast, figures
from pipeline.imports import files, undo
from pipeline.imports.choices import ChoicesForm
from pipeline.imports.forms import ReadingForm
from pipeline.imports.mails import Mails, too_many
from pipeline.imports.plan import SUPPRESSED
from pipeline.imports.steps import BUSY, can_be_mapped, lines_at_fault
from pipeline.imports.words import line
from pipeline.models import Column, Import, ImportRow, ImportState

PAGE = 100
FIFTH = 20  # percent
Outcome = ImportRow.Outcome
STEPS = {
    ImportState.READING: 1,
    ImportState.UPLOADED: 2,
    ImportState.CHECKING: 3,
    ImportState.CHECKED: 3,
    ImportState.FAILED: 3,
    ImportState.IMPORTING: 4,
    ImportState.DONE: 5,
    ImportState.UNDOING: 5,
    ImportState.UNDONE: 5,
}
LATER = (ImportState.DONE, ImportState.UNDOING, ImportState.UNDONE)
# Labels while nothing has happened yet.
PLANNED = {
    Outcome.CREATED: gettext_lazy("neu"),
    Outcome.UPDATED: gettext_lazy("zu ändern"),
}
HEADERS = ("Zeile", "Ergebnis", "Name", "Grund")  # part of a file format: the same in every language


def state_of(source: Import, *, is_asked: bool, heard: str = "") -> dict[str, Any]:
    """Return the context of `_import_state.html`.

    `is_asked`: the page itself polls, each second; `heard`: the status text it announced last.
    """
    counts = [(outcome, _label(source, outcome), source.counts.get(outcome.value, 0)) for outcome in Outcome]
    is_busy = source.state in BUSY
    is_resumed = is_busy and _is_resumed(source)
    spoken = _spoken(source, is_resumed)
    invalid = source.counts.get(Outcome.INVALID.value, 0)
    return {
        "source": source,
        "step": STEPS[ImportState(source.state)],
        "is_busy": is_busy,
        "is_asked": is_asked,
        "percent": _percent(source),
        "is_resumed": is_resumed,
        "spoken": spoken,
        "is_news": is_asked and heard != spoken,
        "counts": counts,
        "invalid": invalid,
        "suppressed": source.counts.get(SUPPRESSED, 0),
        "valid": sum(count for outcome, _label, count in counts if outcome in (Outcome.CREATED, Outcome.UPDATED)),
        "lines": lines_at_fault(source) if invalid and source.state == ImportState.CHECKED else [],
        "sentence": "" if is_busy or not is_asked else sentence_of(source),
        "is_error": source.state == ImportState.FAILED,
        "way_back": undo.state_of(source, timezone.now()),
        "can_be_mapped": can_be_mapped(source),
        "left_out": files.left_out(source),
        "choices": ChoicesForm(None, source=source),
        **mails_of(source),
    }


def mapping_page(source: Import) -> dict[str, Any]:
    """Return the context of the mapping step, without its form."""
    shape = source.options.get("shape", {})
    return {
        "source": source,
        "step": 2,
        "refusal": refusal_of(source),
        "reading": ReadingForm(None, source=source) if shape.get("kind") != "vcard" else None,
        "repair": shape.get("repair", ""),
        "sheet": shape.get("remark", ""),
        "left_out": files.left_out(source),
    }


def mails_of(source: Import) -> dict[str, Any]:
    """Return the context about series. `concerned`: somebody enters a status with a series."""
    mails = Mails.read(source.mails)
    columns = Column.objects.of(source.account).filter(pk__in=mails.contacts).order_by("position")
    found = [Forecast(column, mails.mails[column.pk], mails.contacts[column.pk]) for column in columns]
    return {
        "concerned": bool(mails.contacts.total() or mails.refused.total()),
        "waiting": mails.waiting,
        "is_enrolled": bool(source.options.get("enrol")),
        "too_many": too_many(mails),
        **figures(mails.contacts.total(), mails.refused, found),
    }


def refusal_of(source: Import) -> str:
    """Return why the file cannot be imported as it is mapped: the plan's sentence, or ""."""
    is_refused = "assignee" in source.mapping.values() and not source.account.can(Feature.ASSIGN)
    return str(Feature.ASSIGN.label) if is_refused else ""


def _is_resumed(source: Import) -> bool:
    """Return whether the worker was interrupted and has not yet got as far as before."""
    return bool(source.options.get("resumed")) or stalled.is_interrupted("import_id", source.pk)


def _spoken(source: Import, is_resumed: bool) -> str:
    """Return the text for screen readers: at each fifth of the progress, and at the end."""
    if source.state not in BUSY:
        return _("Fertig.") if source.state != ImportState.FAILED else ""
    if is_resumed:
        return _("Der Import wird fortgesetzt.")
    return _("Import zu %(percent)s %%") % {"percent": _percent(source) // FIFTH * FIFTH}


def _percent(source: Import) -> int:
    return 100 * source.rows_done // max(source.rows_total, 1)


def sentence_of(source: Import) -> str:
    """Return the sentence at the end of the worker's job."""
    if source.state == ImportState.FAILED:
        return source.error
    if source.state == ImportState.UNDONE:
        return _("Der Import ist zurückgenommen.")
    if source.state == ImportState.CHECKED:
        return _("Die Datei ist geprüft. Noch ist nichts übernommen.")
    return " ".join(filter(None, (_counted(source), _begun(source))))


def _counted(source: Import) -> str:
    """„3 Kontakte angelegt, 2 aktualisiert.“"""
    count = source.counts.get(Outcome.CREATED.value, 0)
    created = ngettext("%(count)s Kontakt angelegt", "%(count)s Kontakte angelegt", count)
    others = [(outcome, source.counts.get(outcome.value, 0)) for outcome in Outcome if outcome != Outcome.CREATED]
    parts = [created % {"count": _number(count)}]
    parts += [f"{_number(number)} {outcome.label}" for outcome, number in others if number]
    return ", ".join(parts) + "."


def _begun(source: Import) -> str:
    count = Mails.read(source.mails).contacts.total()
    if not source.options.get("enrol"):
        return ""
    sentence = ngettext(
        "Für %(count)s Kontakt hat die E-Mail-Serie begonnen.",
        "Für %(count)s Kontakte hat die E-Mail-Serie begonnen.",
        count,
    )
    return sentence % {"count": _number(count)}


def _number(count: int) -> str:
    return number_format(count, force_grouping=True)


def page_of(source: Import, query: QueryDict) -> dict[str, Any]:
    """Return the template's context of a page of the report. An invalid filter or place is ignored."""
    outcome = query.get("outcome", "")
    outcome = outcome if outcome in Outcome.values else ""
    after = query.get("after", "")
    rows = ImportRow.objects.of(source.account).filter(source=source).order_by("line")
    rows = rows.filter(outcome=outcome) if outcome else rows
    if is_id(after):
        rows = rows.filter(line__gt=int(after))
    found = list(rows[: PAGE + 1])
    for row in found:
        row.label = _label(source, Outcome(row.outcome))
    tabs = [(value, _label(source, value), source.counts.get(value.value, 0)) for value in Outcome]
    place = f"?outcome={outcome}&after={found[PAGE - 1].line}" if len(found) > PAGE else ""
    return {
        "source": source,
        "rows": found[:PAGE],
        "outcome": outcome,
        "tabs": tabs,
        "next_url": place,
        "step": 5,
    }


def download(source: Import) -> StreamingHttpResponse:
    """Return the report as a CSV file."""
    rows = ImportRow.objects.of(source.account).filter(source=source).order_by("line")
    response = StreamingHttpResponse(_lines(source, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="importbericht-{source.pk}.csv"'
    return response


def _label(source: Import, outcome: Outcome) -> str:
    """Return what has happened, or is going to happen, to rows of this outcome."""
    return str(outcome.label if source.state in LATER else PLANNED.get(outcome, outcome.label))


def _reason(row: ImportRow) -> str:
    return " ".join(filter(None, (row.reason, line(row.changes))))


def _lines(source: Import, rows: Any) -> Iterator[bytes]:
    table = (
        [str(row.line), _label(source, Outcome(row.outcome)), row.name, _reason(row)]
        for row in rows.iterator(chunk_size=500)
    )
    return csv_rows.write_table(HEADERS, table)

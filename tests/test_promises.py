"""The figures that help and documents promise are those of the code."""

from datetime import timedelta
from pathlib import Path

import pytest

from base.text import one_line
from contacts.csv import isolated, sheet
from funnel import opt_in
from funnel.models import Sender
from funnel.permission import schedule
from funnel.replies import inbox
from funnel.sending import claiming, delivery
from live import hub
from pipeline import exports, leads, picked
from pipeline.cards import moves
from pipeline.columns import verbs
from pipeline.deeds import reversible
from pipeline.imports import steps, tasks, undoing

CHECKOUT = Path(__file__).resolve().parent.parent
WORDS = {1: "eine", 2: "zwei", 3: "drei", 5: "fünf", 7: "sieben", 10: "zehn"}
ENGLISH = {5: "five", 10: "ten"}
HOUR, MINUTE, MEGABYTE = timedelta(hours=1), timedelta(minutes=1), 1_000_000


def german(number: int) -> str:
    return f"{number:,}".replace(",", ".")


def default(name: str) -> str:
    return WORDS[Sender._meta.get_field(name).default]


HELP = {
    "import": [
        f"Höchstens {steps.MAX_FILE_SIZE // MEGABYTE} MB und {german(sheet.MAX_ROWS)} Zeilen, leere mitgezählt",
        f"{WORDS[undoing.UNDO.days].capitalize()} Tage lang lässt sich ein Import zurücknehmen",
        f"Möglich sind {WORDS[exports.MAX_PER_HOUR]} Exporte in einer Stunde",
        f"der Link zur Datei gilt {WORDS[exports.LIFETIME // HOUR]} Stunde lang nur für Sie",
    ],
    "list": [
        f"Höchstens {german(picked.MAX_PICKED)} Kontakte lassen sich auf einmal ändern",
        f"lassen sich {WORDS[reversible.UNDO // MINUTE]} Minuten lang zurücknehmen",
        f"Gelöschte Kontakte bleiben {leads.TRASH_DAYS} Tage im Papierkorb",
    ],
    "pipeline": [f"in der Meldung den Zug {WORDS[moves.UNDO_SECONDS]} Sekunden lang zurück"],
    "_pipeline_columns": [f"Höchstens {verbs.MAX_COLUMNS} Spalten sind möglich"],
    "email_funnel": [
        f"Die erste wartet {WORDS[schedule.GRACE_PERIOD // MINUTE]} Minuten",
        f"am Tag höchstens {WORDS[opt_in.MAX_PER_ADDRESS]}mal an eine Adresse und {opt_in.MAX_PER_OFFICE} Mal",
        f"höchstens {default('max_per_day')} am Tag und {default('max_per_week')} in {WORDS[claiming.WEEK.days]} Tagen",
    ],
}
OPERATIONS = [
    f"up to {steps.MAX_FILE_SIZE // MEGABYTE} MB and {sheet.MAX_ROWS:,} rows",
    f"{ENGLISH[isolated.SECONDS]} seconds of processor time, {isolated.MEMORY // MEGABYTE} MB of memory and"
    f" {isolated.MAX_BYTES_WRITTEN // MEGABYTE} MB written",
    f"of those with more than {tasks.LARGE:,} rows",
    f"taking longer than {ENGLISH[inbox.SECONDS_PER_MAIL]} seconds",
    f"A user has at most {hub.OF_A_USER} streams, a process {hub.OF_ALL:,}",
    f"systemctl enable --now {' '.join(sorted(unit.name for unit in (CHECKOUT / 'deploy').glob('pipeline-*')))}",
    f"retried for {delivery.GIVE_UP_AFTER // HOUR} hours",
]
PROMISES = [(f"templates/help/{name}.html", promise) for name, promises in HELP.items() for promise in promises]
PROMISES += [("docs/operations.md", promise) for promise in OPERATIONS]


@pytest.mark.parametrize(("path", "promise"), PROMISES, ids=[promise for _path, promise in PROMISES])
def test_a_promised_figure_is_that_of_the_code(path: str, promise: str) -> None:
    text = one_line((CHECKOUT / path).read_text().replace("<b>", "").replace("</b>", ""))
    assert promise in text

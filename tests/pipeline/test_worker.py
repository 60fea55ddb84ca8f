"""The background worker: it runs its jobs, survives being killed, and does nothing twice."""

import re
import threading
import time
from collections.abc import Iterator
from datetime import timedelta

import psutil
import pytest
from django.core.files.storage import default_storage
from django.db import connection, connections, transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from contacts.models import Action, Contact
from funnel.models import Message, MessageState
from pipeline import attempts, leads, stalled, tasks
from pipeline.imports import jobs as import_jobs
from pipeline.imports import steps as imports
from pipeline.imports import tasks as import_tasks
from pipeline.imports.jobs import Progress
from pipeline.imports.plan import mapping_of
from pipeline.models import Card, Import, ImportPart, ImportState
from tests.factories import ContactFactory
from tests.markup import page_of
from tests.pipeline.importing import office, outcomes, received
from tests.pipeline.working import empty_queue, is_quiet, wait_until, work, worker

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.true_clock]
AN_HOUR = 3600  # until it counts as hung, even on a slow machine


@pytest.fixture(autouse=True)
def queue(transactional_db: None) -> Iterator[None]:
    empty_queue()
    yield
    empty_queue()


def configured(user, text: str) -> Import:
    source = received(user, text)
    imports.configure(source=source, mapping=mapping_of(source), options={})
    return source


def job_states() -> list[tuple[str, str]]:
    jobs = ProcrastinateJob.objects.filter(task_name__endswith="_import").order_by("id")
    return list(jobs.values_list("task_name", "status"))


def state_of(source: Import) -> str:
    source.refresh_from_db()
    return source.state


def test_the_worker_checks_and_imports(anna, board):
    source = configured(anna, office(30))
    assert state_of(source) == ImportState.CHECKING
    work()
    assert state_of(source) == ImportState.CHECKED
    assert Contact.objects.of(anna.account).count() == 0
    imports.start(source=source)
    work()
    assert state_of(source) == ImportState.DONE
    assert source.counts["created"] == Contact.objects.of(anna.account).count() == 30
    assert job_states() == [
        *(("read_import", "succeeded"), ("check_import", "succeeded"), ("run_import", "succeeded")),
    ]


def test_a_step_that_is_rolled_back_queues_no_job(anna, board):
    source = received(anna, "Nachname\nEins\n")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        imports.configure(source=source, mapping=mapping_of(source), options={})
        raise ZeroDivisionError
    assert (state_of(source), job_states()) == (ImportState.UPLOADED, [("read_import", "todo")])


def test_a_file_that_vanished_ends_the_import_with_a_sentence(anna, board):
    source = configured(anna, "Nachname\nEins\n")
    default_storage.delete(source.file.name)
    work()
    assert state_of(source) == ImportState.FAILED
    assert source.error == "Die Datei wurde schon gelöscht. Bitte laden Sie sie noch einmal hoch."


def test_an_unexpected_fault_ends_the_import_and_keeps_nothing(anna, board):
    source = configured(anna, "Nachname\nEins\n")
    work()
    imports.start(source=source)
    ImportPart.objects.of(anna.account).update(rows="nonsense")
    work()
    assert state_of(source) == ImportState.FAILED
    assert "unerwarteten Fehler" in source.error
    assert Contact.objects.of(anna.account).count() == 0
    assert job_states()[-1] == ("run_import", "failed")


def test_two_thousand_rows_show_their_progress_and_become_contacts(anna, board, monkeypatch):
    monkeypatch.setattr(Progress, "PAUSE", 0.0)
    source = configured(anna, office(2000))
    import_jobs.check(import_id=source.pk, now=timezone.now())
    imports.start(source=source)
    report, bystander, seen = Progress.__call__, connection.copy(), []

    def report_and_check(self: Progress, done: int) -> None:
        report(self, done)
        with bystander.cursor() as cursor:
            cursor.execute("SELECT rows_done, (SELECT count(*) FROM contacts_contact) FROM pipeline_import")
            seen.append(cursor.fetchone())

    monkeypatch.setattr(Progress, "__call__", report_and_check)
    import_jobs.run(import_id=source.pk, now=timezone.now())
    bystander.close()
    assert [rows for rows, _contacts in seen] == [250, 500, 750, 1000, 1250, 1500, 1750, 2000]
    assert {contacts for _rows, contacts in seen} == {0}  # the import becomes visible at once
    assert Contact.objects.of(anna.account).count() == Card.objects.of(anna.account).count() == 2000
    assert Action.objects.of(anna.account).count() == 2000


def test_a_worker_that_starts_again_never_counts_back_and_says_so(anna, board, login):
    source = configured(anna, "Nachname\nEins\n")
    work()
    imports.start(source=source)
    Import.objects.of(anna.account).update(rows_total=200, rows_done=120)
    source.refresh_from_db()
    client = login(anna)
    assert "data-resumed" not in page_of(client.get(f"/contacts/import/{source.pk}/"))
    with Progress(source) as report:
        for done, shown, is_resumed in (
            (20, 120, True),
            (119, 120, True),
            (121, 121, False),
            (60, 121, False),
        ):
            report.reported_at -= Progress.PAUSE
            report(done)
            assert progress(client, source) == (shown, is_resumed)
        report.begin_again()  # another import of the office came first
        assert progress(client, source) == (121, True)


def progress(client, source: Import) -> tuple[int, bool]:
    """Return the number of rows done, and whether the page says that the import was resumed."""
    page = page_of(client.get(f"/contacts/import/{source.pk}/"))
    found = re.search(r"<span>([\d.]+) von ", page)
    return (int(found[1].replace(".", "")) if found else source.rows_total), "wird fortgesetzt" in page


def test_the_board_moves_on_while_an_import_writes_its_contacts(anna, board, monkeypatch):
    """The columns are locked only at the end, so a drop does not wait for the entire file."""
    (column,) = [board["Nicht erreicht"]]
    ContactFactory(column=column)
    source = configured(anna, office(1500))
    import_jobs.check(import_id=source.pk, now=timezone.now())
    imports.start(source=source)
    locked: list[bool] = []

    def report_and_check(self: Progress, done: int) -> None:
        with self.aside.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pipeline_column WHERE id = %s FOR UPDATE SKIP LOCKED", [column.pk])
            locked.append(cursor.fetchone() is None)

    monkeypatch.setattr(Progress, "__call__", report_and_check)
    import_jobs.run(import_id=source.pk, now=timezone.now())
    assert len(locked) > 4
    assert not any(locked)


def test_a_worker_killed_halfway_writes_nothing_and_the_next_continues_without_counting_back(anna, board, login):
    source, client = configured(anna, office(3000)), login(anna)
    work()
    imports.start(source=source)
    with worker() as process:
        wait_until(lambda: state_of(source) == ImportState.IMPORTING and source.rows_done > 0)
        process.kill()
        process.wait()
    wait_until(is_quiet)
    assert Contact.objects.of(anna.account).count() == 0
    assert (state_of(source), job_states()[-1]) == (ImportState.IMPORTING, ("run_import", "doing"))
    seen = [progress(client, source)[0]]
    assert stalled.give_back(silence=timedelta(0)) == 1
    assert progress(client, source) == (seen[0], True)
    with worker():
        while state_of(source) == ImportState.IMPORTING:
            seen.append(progress(client, source)[0])
            time.sleep(0.2)  # the worker needs the processors
    assert source.state == ImportState.DONE
    assert seen == sorted(seen)
    assert Contact.objects.of(anna.account).count() == 3000


def test_an_import_that_repeatedly_kills_its_worker_is_given_up(anna, board):
    source = configured(anna, "Nachname\nEins\n")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET attempts = %s", [attempts.MAX_ATTEMPTS + 1])
    work()
    assert state_of(source) == ImportState.FAILED
    assert "unerwarteten Fehler" in source.error


def test_the_same_import_at_once_runs_once(anna, board):
    source = configured(anna, office(200))
    work()
    imports.start(source=source)

    def run() -> None:
        try:
            import_jobs.run(import_id=source.pk, now=timezone.now())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _time in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Contact.objects.of(anna.account).count() == 200


def test_the_same_file_uploaded_twice_and_run_at_once_creates_each_contact_once(anna, board):
    sources = [configured(anna, office(200)) for _time in range(2)]
    work()
    for source in sources:
        imports.start(source=source)

    def run(source: Import) -> None:
        try:
            import_jobs.run(import_id=source.pk, now=timezone.now())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[source]) for source in sources]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Contact.objects.of(anna.account).count() == 200
    assert sorted({outcome for source in sources for outcome in outcomes(source)}) == ["created", "unchanged"]


def test_a_blocked_import_delays_neither_another_office_nor_a_small_file(anna, paul, board):
    """Both offices' files are large, of which only a few run at once; the worker is real."""
    large = configured(anna, office(import_tasks.LARGE + 1))
    work()
    imports.start(source=large)
    theirs = configured(paul, "Nachname\n" + "".join(f"Name{n}\n" for n in range(import_tasks.LARGE + 1)))
    small = configured(anna, "Nachname\nKlein\n")
    aside = connection.copy()
    with aside.cursor() as holding, worker():
        holding.execute("SELECT pg_advisory_lock(%s, %s)", [import_jobs.LOCK_CLASS, anna.account_id])
        wait_until(lambda: state_of(theirs) == state_of(small) == ImportState.CHECKED)
        wait_until(lambda: ("run_import", "doing") in job_states())
        imports.start(source=theirs)
        wait_until(lambda: state_of(theirs) == ImportState.DONE)
        assert state_of(large) == ImportState.IMPORTING
        aside.close()
        wait_until(lambda: state_of(large) == ImportState.DONE)
    assert Contact.objects.of(paul.account).count() == import_tasks.LARGE + 1


def test_the_periodic_jobs_erase_the_old_trash(anna, board):
    now = timezone.now()
    old, young = ContactFactory(account=anna.account), ContactFactory(account=anna.account)
    leads.trash(user=anna, contact_ids=[old.pk], now=now - timedelta(days=31))
    leads.trash(user=anna, contact_ids=[young.pk], now=now - timedelta(days=29))
    tasks.erase_expired.defer(timestamp=0)
    work()
    assert list(Contact.objects.of(anna.account).values_list("pk", flat=True)) == [young.pk]


def agreed(text: str, count: int) -> str:
    """Return the file with a consent in some of its rows in „Neue Kontakte“."""
    header, *rows = text.splitlines()
    said = count
    for number, row in enumerate(rows):
        if said and "Neue Kontakte" in row:
            rows[number], said = f"{row};01.10.2026;Ja, gern.", said - 1
        else:
            rows[number] = f"{row};;"
    return "\n".join([f"{header};Einwilligung am;Einwilligungstext", *rows]) + "\n"


@pytest.mark.prove
@pytest.mark.parametrize("series", [0, 10_000])
def test_fifty_thousand_rows_stay_within_memory(anna, board, promise, series):
    """Also where the series of 10,000 contacts begin in the same transaction. How long it takes is the bench's."""
    row = promise(f"import of 50,000 rows, {series:,} series: MB of the worker", "< 300")
    text = office(50_000)
    source = configured(anna, agreed(text, series) if series else text)
    most = 0
    with worker() as process:
        watched = psutil.Process(process.pid)

        def reached(state: str) -> bool:
            nonlocal most
            most = max(most, watched.memory_info().rss)
            return state_of(source) == state

        wait_until(lambda: reached(ImportState.CHECKED), AN_HOUR, pause=0.5)
        imports.start(source=source, enrol=bool(series))
        wait_until(lambda: reached(ImportState.DONE), AN_HOUR, pause=0.5)
    steps = board["Neue Kontakte"].sequence.steps.count()
    assert Message.objects.filter(state=MessageState.PLANNED).count() == series * steps
    assert Contact.objects.of(anna.account).count() == 50_000
    assert most < 300e6
    row.reached(f"{most / 1e6:.0f}")

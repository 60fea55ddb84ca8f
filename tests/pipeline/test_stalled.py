"""Jobs of dead workers, and the real worker killed inside each of its periodic jobs."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, connections
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import AlreadyEnqueued

from pipeline import stalled
from tests.pipeline.working import empty_queue, is_quiet, wait_until, worker

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.true_clock]
PERIODIC = sorted(name for name, _ in app.periodic_registry.periodic_tasks)
TRAP = 5_412_017  # key of an advisory lock; any unused number


@pytest.fixture(autouse=True)
def queue(transactional_db: None) -> Iterator[None]:
    empty_queue()
    yield
    empty_queue()


def execute(statement: str, *values: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def a_worker(silent_for: timedelta = timedelta(0)) -> int:
    sql = "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s) RETURNING id"
    return execute(sql, silent_for)[0][0]


def a_job(name: str, status: str, of: int | None = None) -> int:
    sql = (
        "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args, status, worker_id)"
        """ VALUES ('default', %s, %s, %s, '{"timestamp": 0}', %s, %s) RETURNING id"""
    )
    lock = f"{name} {of}" if status == "doing" else name  # two at once are no doing of one lock
    return execute(sql, name, lock, name, status, of)[0][0]


def states() -> list[tuple[str, str]]:
    return list(ProcrastinateJob.objects.order_by("id").values_list("task_name", "status"))


def test_a_dead_job_with_a_successor_is_failed_without_blocking_others():
    dead = a_worker(timedelta(seconds=31))
    a_job("sweep_messages", "doing", dead)
    a_job("read_mailbox", "doing", dead)
    a_job("sweep_messages", "todo")
    a_job("erase_expired", "doing", None)  # its worker's row is deleted
    assert stalled.give_back() == 3
    assert states() == [
        ("sweep_messages", "failed"),
        ("read_mailbox", "todo"),
        ("sweep_messages", "todo"),
        ("erase_expired", "todo"),
    ]
    assert stalled.give_back() == 0


def test_the_job_of_a_living_worker_is_kept():
    a_job("sweep_messages", "doing", a_worker(timedelta(seconds=29)))
    assert stalled.give_back() == 0
    assert states() == [("sweep_messages", "doing")]


def test_a_job_that_cannot_be_freed_does_not_block_others(caplog):
    dead = a_worker(timedelta(minutes=5))
    stuck = a_job("sweep_messages", "doing", dead)
    a_job("read_mailbox", "doing", dead)
    execute(f"ALTER TABLE procrastinate_jobs ADD CONSTRAINT stuck CHECK (id <> {stuck} OR status = 'doing')")
    try:
        assert stalled.give_back() == 1
    finally:
        execute("ALTER TABLE procrastinate_jobs DROP CONSTRAINT stuck")
    assert states() == [("sweep_messages", "doing"), ("read_mailbox", "todo")]
    assert f"Job {stuck} of a silent worker cannot be freed" in caplog.text


def test_two_rescues_at_once_free_a_job_once():
    dead = a_worker(timedelta(minutes=5))
    jobs = [a_job(f"job {number}", "doing", dead) for number in range(20)]
    freed: list[int] = []

    def rescue() -> None:
        try:
            freed.append(stalled.give_back())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=rescue) for _time in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(freed) == 20
    assert set(ProcrastinateJob.objects.values_list("attempts", flat=True)) == {1}
    assert len(jobs) == len(states()) == 20


def test_the_rescue_waits_neither_for_locks_nor_for_a_dead_rescue():
    assert app.tasks["retry_stalled"].lock is None
    dead = a_worker(timedelta(minutes=5))
    a_job("retry_stalled", "doing", dead)
    a_job("retry_stalled", "todo")
    call_command("procrastinate", "worker", "--one-shot")
    assert [state for name, state in states() if name == "retry_stalled"][:2] == ["failed", "succeeded"]


def test_a_starting_worker_frees_the_jobs_of_a_dead_one():
    a_job("send_feedback", "doing", a_worker(timedelta(minutes=5)))
    with lost("retry_stalled"):
        call_command("procrastinate", "worker", "--one-shot")
    assert ("send_feedback", "succeeded") in states()


@contextmanager
def lost(name: str) -> Iterator[None]:
    """Make this job unknown to the worker."""
    (key,) = [key for key in app.periodic_registry.periodic_tasks if key[0] == name]
    periodic = app.periodic_registry.periodic_tasks.pop(key)
    try:
        yield
    finally:
        app.periodic_registry.periodic_tasks[key] = periodic


# The real worker, killed.


@contextmanager
def traps() -> Iterator[dict[str, str]]:
    """Make every periodic job hang; yield what the worker's environment needs for that.

    Nobody can read a table of ours; the mailbox says nothing; an old job that `forget_jobs` deletes is locked; and
    whoever frees a job waits for an advisory lock.
    """
    tables = [model._meta.db_table for model in apps.get_models() if model._meta.managed]
    old = execute(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, status) VALUES ('default', 'old', 'succeeded')"
        " RETURNING id"
    )[0][0]
    long_ago = "INSERT INTO procrastinate_events (job_id, type, at) VALUES (%s, 'succeeded', now() - interval '1 year')"
    execute(long_ago, old)
    execute(f"""
        CREATE FUNCTION trapped() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN PERFORM pg_advisory_xact_lock({TRAP}); RETURN NEW; END $$;
        CREATE TRIGGER trapped BEFORE UPDATE ON procrastinate_jobs FOR EACH ROW
            WHEN (OLD.task_name = 'bait' AND OLD.status = 'doing' AND NEW.status <> 'doing')
            EXECUTE FUNCTION trapped()
    """)
    holder = connection.copy()
    try:
        with ExitStack() as stack:
            silent = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            cursor = stack.enter_context(holder.cursor())
            cursor.execute("BEGIN")
            cursor.execute(f"LOCK TABLE {', '.join(tables)} IN ACCESS EXCLUSIVE MODE")
            cursor.execute("SELECT 1 FROM procrastinate_jobs WHERE id = %s FOR UPDATE", [old])
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TRAP])
            yield {"IMAP_URL": f"imap://dan:secret@127.0.0.1:{silent.getsockname()[1]}/INBOX"}
            cursor.execute("ROLLBACK")
    finally:
        holder.close()
        execute("DROP TRIGGER trapped ON procrastinate_jobs; DROP FUNCTION trapped()")


def queue_up(name: str) -> None:
    with suppress(AlreadyEnqueued):
        app.tasks[name].defer(timestamp=0)


def trapped(names: set[str]) -> bool:
    """Return whether all these jobs are running and blocked; one that reads a mailbox may wait for it."""
    doing = [name for name, status in states() if status == "doing" and name != "bait"]
    waiting = execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")[0][0]
    return names <= set(doing) and waiting >= len(doing) - doing.count("read_mailbox")


def kill_inside(names: set[str]) -> int:
    """Kill real workers during all these jobs. Return the number of the queue's last event."""
    with traps() as given, ExitStack() as stack:
        room = {"PROCRASTINATE_WORKER_CONCURRENCY": "5", "WEB_THREADS": "5"}
        workers = [stack.enter_context(worker(**room, **given)) for _jobs in range(0, len(names), 3)]
        wait_until(lambda: len(execute("SELECT 1 FROM procrastinate_workers")) == len(workers))
        a_job("bait", "doing", None)
        for name in names:
            queue_up(name)
        wait_until(lambda: trapped(names))
        for process in workers:
            process.kill()
            process.wait()
        last = execute("SELECT max(id) FROM procrastinate_events")[0][0]
    wait_until(is_quiet)
    execute("DELETE FROM procrastinate_jobs WHERE task_name IN ('bait', 'old')")
    return last


def done_since(event: int) -> set[str]:
    sql = (
        "SELECT DISTINCT task_name FROM procrastinate_events event JOIN procrastinate_jobs job ON job.id = event.job_id"
        " WHERE event.id > %s AND event.type = 'succeeded'"
    )
    return {name for (name,) in execute(sql, event)}


def killed_and_taken_up_again(names: set[str], *, successors: bool) -> None:
    """Kill the worker during these jobs; half a minute later another one runs them."""
    last = kill_inside(names)
    for name in names if successors else ():
        queue_up(name)
    execute("UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - %s", stalled.SILENCE)
    dead = [row[0] for row in execute("SELECT id FROM procrastinate_workers")]
    with worker():
        wait_until(lambda: names <= done_since(last))
        assert not ProcrastinateJob.objects.filter(status="doing", worker__in=dead).exists()


def test_the_next_worker_runs_all_periodic_jobs_of_a_killed_one():
    killed_and_taken_up_again(set(PERIODIC), successors=True)


@pytest.mark.prove
@pytest.mark.parametrize("name", PERIODIC)
def test_the_next_worker_runs_the_periodic_job_of_a_killed_one(name, promise):
    row = promise(f"worker killed inside {name}", "done by the next one")
    killed_and_taken_up_again({name}, successors=False)
    row.reached("done by the next one")

"""When background tasks run, and how long they are retried."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count, pairwise

import croniter
import pytest
from attr import evolve
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.jobs import Job

from accounts import posting
from funnel import tasks

NOON = 1_764_000_000.0


@pytest.mark.parametrize(("name", "seconds"), [(tasks.SWEEP, 10), (tasks.UPKEEP, 60)])
def test_periodic_tasks_are_spread_evenly(name, seconds):
    (periodic,) = [one for (task, _), one in app.periodic_registry.periodic_tasks.items() if task == name]
    moments = croniter.croniter(periodic.cron, start_time=NOON)
    times = [NOON, *(moments.get_next(float) for _ in range(80))]
    assert {later - earlier for earlier, later in pairwise(times)} == {seconds}


def waits(strategy: RetryStrategy, fault: Exception) -> Iterator[timedelta]:
    """Return the waits between attempts at a task that always fails, until it is given up."""
    job = Job(id=1, lock=None, queueing_lock=None, queue="default", task_name="send_opt_in")
    for attempts in count():
        now = datetime.now(tz=UTC)
        decision = strategy.get_retry_decision(exception=fault, job=evolve(job, attempts=attempts))
        if decision is None:
            return
        yield decision.retry_at - now


@pytest.mark.parametrize("name", ["send_opt_in", "prove_sender", "send_links", "send_reset", "send_invitation"])
def test_a_mail_of_the_product_is_kept_for_three_days_without_a_mail_server(name):
    pauses = list(waits(app.tasks[name].retry_strategy, posting.NotTaken("no answer")))
    assert pauses[0] < timedelta(minutes=2)
    assert timedelta(hours=72) <= sum(pauses, timedelta()) < timedelta(days=4)


def test_a_job_that_an_earlier_version_has_queued_is_still_known():
    assert app.tasks["forget_arrivals"] is app.tasks["forget_processed"]

"""Jobs of workers that were killed: in the queue they still count as running and hold their locks."""

import logging
from datetime import timedelta

from django.db import DatabaseError, IntegrityError, transaction

from base.sql import all_rows, one_row

SILENCE = timedelta(seconds=30)  # a worker sends a heartbeat every ten

logger = logging.getLogger(__name__)

STALLED = """
SELECT job.id FROM procrastinate_jobs job LEFT JOIN procrastinate_workers worker ON worker.id = job.worker_id
WHERE job.status = 'doing' AND (worker.id IS NULL OR worker.last_heartbeat < now() - %(silence)s)
"""
LISTED = f"{STALLED} ORDER BY job.id"
LOCKED = f"{STALLED} AND job.id = %(job)s FOR UPDATE OF job SKIP LOCKED"  # not: what another rescue holds
RETRY = "SELECT procrastinate_retry_job_v2(%(job)s, now(), NULL, NULL, NULL)"
GIVE_UP = "SELECT procrastinate_finish_job_v1(%(job)s, 'failed', false)"

INTERRUPTED = """
SELECT EXISTS (
    SELECT FROM procrastinate_jobs job LEFT JOIN procrastinate_workers worker ON worker.id = job.worker_id
    WHERE job.args @> jsonb_build_object(%(name)s::text, %(value)s::bigint) AND (
        job.status = 'todo' AND job.attempts > 0
        OR job.status = 'doing' AND (worker.id IS NULL OR worker.last_heartbeat < now() - %(silence)s)
    )
)
"""


def is_interrupted(name: str, value: int, *, silence: timedelta = SILENCE / 2) -> bool:
    """Return whether the job with this argument has lost its worker and waits for another one."""
    ((is_lost,),) = all_rows(INTERRUPTED, {"name": name, "value": value, "silence": silence})
    return bool(is_lost)


def give_back(*, silence: timedelta = SILENCE) -> int:
    """Free the jobs of silent workers, each in its own transaction, and return their number.

    A freed job is run again, unless an equal one is queued: then it is marked as failed. A job that cannot be freed
    does not keep the others from being freed. Idempotent, even if called concurrently.
    """
    return sum(_freed(job, silence) for (job,) in all_rows(LISTED, {"silence": silence}))


def _freed(job: int, silence: timedelta) -> bool:
    try:
        with transaction.atomic():
            if not one_row(LOCKED, {"silence": silence, "job": job}):
                return False
            try:
                with transaction.atomic():
                    one_row(RETRY, {"job": job})
            except IntegrityError:  # its successor holds the queueing lock
                one_row(GIVE_UP, {"job": job})
    except DatabaseError:
        logger.exception("Job %s of a silent worker cannot be freed", job)
        return False
    return True

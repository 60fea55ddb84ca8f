"""What a worker that was killed leaves in the queue: jobs that still count as being done, and hold their locks."""

import logging
from datetime import timedelta

from django.db import DatabaseError, IntegrityError, connection, transaction

SILENCE = timedelta(seconds=30)  # a worker gives a sign of life every ten

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
    """Whether the job with this argument lost its worker, and waits for another."""
    with connection.cursor() as cursor:
        cursor.execute(INTERRUPTED, {"name": name, "value": value, "silence": silence})
        return bool(cursor.fetchone()[0])


def give_back(*, silence: timedelta = SILENCE) -> int:
    """Frees the jobs of silent workers, each by itself; answers how many.

    Such a job is done again, unless its like is queued already: then it ends as failed, since that one does its work.
    A job that cannot be freed keeps no other from it. Repeated, also at once: no second effect.
    """
    with connection.cursor() as cursor:
        cursor.execute(LISTED, {"silence": silence})
        jobs = [row[0] for row in cursor.fetchall()]
    return sum(_freed(job, silence) for job in jobs)


def _freed(job: int, silence: timedelta) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(LOCKED, {"silence": silence, "job": job})
            if not cursor.fetchone():
                return False
            try:
                with transaction.atomic():
                    cursor.execute(RETRY, {"job": job})
            except IntegrityError:  # its successor holds the queueing lock
                cursor.execute(GIVE_UP, {"job": job})
    except DatabaseError:
        logger.exception("Job %s of a silent worker cannot be freed", job)
        return False
    return True

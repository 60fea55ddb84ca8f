"""Retrying jobs of the worker, and giving up those that are not tried again."""

from collections.abc import Callable

from django.db import OperationalError
from procrastinate import JobContext, RetryStrategy

MAX_ATTEMPTS = 5
# A database that restarts is worth waiting for; any other error would only happen again.
AGAIN = RetryStrategy(max_attempts=MAX_ATTEMPTS, wait=5, retry_exceptions={OperationalError})


def attempt(work: Callable[[], None], give_up: Callable[[], None], context: JobContext) -> None:
    """Run `work`, and `give_up` after an error that is not retried, so that nobody waits for the job for ever.

    A job that killed its worker at each attempt never raised anything; it is given up before the next attempt.
    """
    if context.job.attempts > MAX_ATTEMPTS:
        give_up()
        return
    try:
        work()
    except Exception as fault:
        if not isinstance(fault, OperationalError) or context.job.attempts >= MAX_ATTEMPTS:
            give_up()
        raise

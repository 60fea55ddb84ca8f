"""How often the worker tries a job, and what becomes of one that is not tried again."""

from collections.abc import Callable

from django.db import OperationalError
from procrastinate import JobContext, RetryStrategy

MAX_ATTEMPTS = 5
# A database that restarts is worth waiting for; any other fault would only happen again.
AGAIN = RetryStrategy(max_attempts=MAX_ATTEMPTS, wait=5, retry_exceptions={OperationalError})


def attempt(work: Callable[[], None], give_up: Callable[[], None], context: JobContext) -> None:
    """Does the work. After a fault that is not tried again it is given up, so that nobody waits for it for ever.

    Work that killed its worker each time never got as far as a fault: it is counted and given up here.
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

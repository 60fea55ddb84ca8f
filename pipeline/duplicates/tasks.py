"""The worker's task for duplicates."""

from django.utils import timezone
from procrastinate.contrib.django import app

from pipeline.duplicates import searching


@app.periodic(cron="* * * * * 25")  # the seconds come last: once a minute, beside other work
@app.task(name="search_duplicates", queueing_lock="search_duplicates", lock="search_duplicates")
def search_duplicates(timestamp: int) -> None:
    """Compare contacts that are new or changed with all others."""
    searching.search(now=timezone.now())

"""When the background worker is woken."""

from itertools import pairwise

import croniter
import pytest
from procrastinate.contrib.django import app

from funnel import tasks

NOON = 1_764_000_000.0


@pytest.mark.parametrize(("name", "seconds"), [(tasks.SWEEP, 10), (tasks.UPKEEP, 60)])
def test_it_is_woken_evenly(name, seconds):
    (periodic,) = [one for (task, _), one in app.periodic_registry.periodic_tasks.items() if task == name]
    moments = croniter.croniter(periodic.cron, start_time=NOON)
    times = [NOON, *(moments.get_next(float) for _ in range(80))]
    assert {later - earlier for earlier, later in pairwise(times)} == {seconds}

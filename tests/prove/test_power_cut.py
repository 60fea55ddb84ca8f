"""A power cut: supervisor, web server, worker and database die at once, while mails are being sent."""

from pathlib import Path

import psutil
import psycopg
import pytest

from config import embedded
from tests.config.instances import Instance
from tests.pipeline.working import wait_until

pytestmark = pytest.mark.prove
SWEPT = """
SELECT count(*) FROM procrastinate_events event JOIN procrastinate_jobs job ON job.id = event.job_id
WHERE job.task_name = 'sweep_messages' AND event.type = 'succeeded'
"""
SWEEPING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%%funnel_message%%'"


def answer(data_dir: Path, question: str) -> int:
    with psycopg.connect(embedded.url(data_dir)) as connection:
        row = connection.execute(question).fetchone()
    assert row
    return int(row[0])


def pull_the_plug(instance: Instance) -> None:
    everything = psutil.Process(instance.process.pid).children(recursive=True)
    assert {"postgres"} < {process.name() for process in everything}
    for process in (instance.process, *everything):
        process.kill()
    psutil.wait_procs(everything, timeout=10)
    instance.destroy()


def test_mails_are_swept_again_within_a_minute_of_the_power_coming_back(tmp_path, promise):
    row = promise("power cut in the middle of a sweep", "swept again within a minute of the start")
    instance = Instance(tmp_path).wait_until_running()
    with psycopg.connect(embedded.url(tmp_path)) as holder:
        holder.execute("LOCK TABLE funnel_message IN ACCESS EXCLUSIVE MODE")
        wait_until(lambda: answer(tmp_path, SWEEPING) > 0)
        pull_the_plug(instance)
        holder.close()
    again = Instance(tmp_path).wait_until_running()
    try:
        before = answer(tmp_path, SWEPT)
        wait_until(lambda: answer(tmp_path, SWEPT) > before, 60, pause=0.5)
    finally:
        again.destroy()
        embedded.stop(tmp_path)
    row.reached("swept again within a minute of the start")

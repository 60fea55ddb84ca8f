"""The promises of the fixtures of all tests."""

import os

import pytest
from django.db import connection
from django.test import TransactionTestCase
from procrastinate.contrib.django.models import ProcrastinateJob

from base.limits import WEB, WORKER, limit
from tests import database, emptying


@pytest.mark.parametrize(("limits", "others"), [(WORKER, WEB), (WEB, WORKER)])
def test_environment_variables_set_by_a_test_are_reset_after_it(limits, others):
    """A worker's limits were once inherited by the web server of a later test, whose moves then waited for minutes."""
    assert others["lock_timeout"] not in os.environ.get("PGOPTIONS", "")
    limit(limits)


@pytest.mark.django_db(transaction=True)
def test_a_test_that_commits_leaves_no_job_in_the_queue():
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_jobs (task_name, queue_name) VALUES ('sweep_messages', 'mails')")
    assert ProcrastinateJob.objects.count() == 1
    emptying.empty(TransactionTestCase())
    assert ProcrastinateJob.objects.count() == 0


def test_files_of_a_runner_lie_in_a_folder_of_its_own(settings):
    """Two runners that share one would find each other's uploads and mails."""
    assert settings.DATA_DIR == database.DATA_DIR / database.WORKER

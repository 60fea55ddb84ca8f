"""The promises of the fixtures of all tests."""

import os

import pytest

from base.limits import WEB, WORKER, limit
from tests import database


@pytest.mark.parametrize(("limits", "others"), [(WORKER, WEB), (WEB, WORKER)])
def test_environment_variables_set_by_a_test_are_reset_after_it(limits, others):
    """A worker's limits were once inherited by the web server of a later test, whose moves then waited for minutes."""
    assert others["lock_timeout"] not in os.environ.get("PGOPTIONS", "")
    limit(limits)


def test_files_of_a_runner_lie_in_a_folder_of_its_own(settings):
    """Two runners that share one would find each other's uploads and mails."""
    assert settings.DATA_DIR == database.DATA_DIR / database.WORKER

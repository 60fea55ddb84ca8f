"""The promises of the fixtures of all tests."""

import os

import pytest

from base.limits import WEB, WORKER, limit


@pytest.mark.parametrize(("limits", "others"), [(WORKER, WEB), (WEB, WORKER)])
def test_environment_variables_set_by_a_test_are_reset_after_it(limits, others):
    """A worker's limits were once inherited by the web server of a later test, whose moves then waited for minutes."""
    assert others["lock_timeout"] not in os.environ.get("PGOPTIONS", "")
    limit(limits)

"""Fixtures of all tests: the database, offices and users."""

from tests.database import (  # noqa: F401  must stay first: the environment
    pytest_collection_finish,
    pytest_collection_modifyitems,
    pytest_configure,
    pytest_unconfigure,
)

# isort: split

from hypothesis import HealthCheck, settings

# A deadline measures the machine and how busy it is, not the code.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

pytest_plugins = ["tests.cast", "tests.clock", "tests.prove.table", "tests.funnel.servers"]

"""What every test may rely on: a database, and the cast."""

from tests.database import pytest_configure, pytest_unconfigure  # noqa: F401  must stay first: the environment

# isort: split

pytest_plugins = ["tests.cast"]

"""The cast of the tests."""

from tests.database import pytest_configure, pytest_unconfigure  # noqa: F401  must stay first: the environment

# isort: split

"""Tests of the funnel run on fixed days."""

import pytest


@pytest.fixture(autouse=True)
def _story(story: None) -> None:
    pass

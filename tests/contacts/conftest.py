"""It is the same day in all of these tests, whatever day it is outside."""

import pytest


@pytest.fixture(autouse=True)
def _story(story: None) -> None:
    pass

"""The funnel's stories play on days of their own, and so does what is looked at in them."""

import pytest


@pytest.fixture(autouse=True)
def _story(story: None) -> None:
    pass

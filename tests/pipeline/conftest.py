"""It is the same day in all of these tests, whatever day it is outside, unless a real worker takes part."""

import pytest


@pytest.fixture(autouse=True)
def _story(request: pytest.FixtureRequest) -> None:
    if not request.node.get_closest_marker("true_clock"):
        request.getfixturevalue("story")

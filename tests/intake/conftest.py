"""Fixtures of what arrives."""

import pytest

from intake import taking
from intake.models import Inlet, InletKind
from tests.intake import arriving


@pytest.fixture
def hook(anna, board, monkeypatch: pytest.MonkeyPatch) -> Inlet:
    """A web hook of Krüger Immobilien, read by the tests' own reader."""
    monkeypatch.setitem(taking.READERS, InletKind.HOOK, arriving.read)
    return arriving.inlet(anna.account)

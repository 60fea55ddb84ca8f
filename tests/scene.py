"""The scene of the tests of leaks: our office, what its agent may not see, and another office."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from accounts.models import Account
from tests.addresses import browser
from tests.crawling import Crawl, signs
from tests.offices import HIDDEN, OURS, THEIRS, Office, furnish, hide, stage, unknown

# The marketing sees names, status, source and last action: none of these.
PRIVATE = [
    *(mark.text(name)[:10] for mark in (OURS, HIDDEN) for name in ("email", "street", "postal_code", "city", "tag")),
    *(mark.text(name) for mark in (OURS, HIDDEN) for name in ("due_note", "text", "call", "wording", "before")),
    OURS.digits,
    HIDDEN.digits,
]


@dataclass
class Scene:
    """Our office, what its agent may not see, and another office."""

    ours: Office
    hidden: Office
    theirs: Office

    def crawl(self, role: str) -> Crawl:
        limited = role == "agent"
        forbidden = signs(THEIRS, HIDDEN) if limited else signs(THEIRS)
        return Crawl(
            browser=browser(self.ours.people[role]),
            office=self.ours,
            strangers=[self.theirs, self.hidden] if limited else [self.theirs],
            nothing=unknown(self.ours),
            forbidden=forbidden + (PRIVATE if role == "marketing" else []),
        )


@pytest.fixture(scope="module", name="scene")
def furnished_scene(django_db_setup: None, django_db_blocker: Any) -> Iterator[Scene]:
    with django_db_blocker.unblock(), stage():
        ours = furnish(OURS, sight=Account.Sight.OWN)
        yield Scene(ours, hide(ours), furnish(THEIRS))

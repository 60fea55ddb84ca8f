"""Guessed addresses reveal nothing: foreign objects are answered like those that do not exist."""

import pytest

from tests.scene import Scene, furnished_scene  # noqa: F401  (the fixture `scene`)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", ["administrator", "manager", "agent", "marketing"])
def test_addresses_reveal_nothing_of_foreign_objects(scene: Scene, role: str) -> None:
    crawl = scene.crawl(role)
    crawl.addresses(fragments=(True, False) if role == "administrator" else (True,))
    assert crawl.faults == []
    assert crawl.overheard.heard > 0, "something was told, if not to the other office"

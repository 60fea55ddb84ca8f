"""Forms answer foreign objects in their fields like objects that do not exist."""

import pytest

from tests.scene import Scene, furnished_scene  # noqa: F401  (the fixture `scene`)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", ["administrator", "agent"])
def test_forms_accept_no_foreign_object(scene: Scene, role: str) -> None:
    crawl = scene.crawl(role)
    crawl.references()
    assert crawl.faults == []

"""A bad day: the database restarts under web and worker, goes away, fills its disk, or somebody holds a lock."""

from collections.abc import Iterator

import pytest

from tests.config.production import Production
from tests.pipeline.working import wait_until


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Production]:
    production = Production(tmp_path_factory.mktemp("production"))
    yield production
    production.close()


def test_the_worker_outlives_an_absence_of_its_database(house):
    wait_until(lambda: house.sweeps() > 0)
    with house.without_database(seconds=8):
        pass
    swept = house.sweeps()
    wait_until(lambda: house.sweeps() > swept)
    assert house.worker.poll() is None

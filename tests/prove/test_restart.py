"""A restart of the web server costs no request: two servers behind a proxy, and one whose address is handed over."""

import threading
from collections.abc import Callable, Iterator

import pytest

from tests.config.production import Answer, Browser, Production, locked
from tests.pipeline.working import wait_until
from tests.prove.crowd import Crowd
from tests.prove.proxy import Proxy
from tests.prove.servers import HandedServer, Server

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Production]:
    with Production.running(tmp_path_factory.mktemp("restart")) as production:
        yield production


@pytest.fixture
def handed(house: Production) -> Iterator[HandedServer]:
    server = HandedServer(house).wait_until_ready()
    yield server
    server.close()


@pytest.fixture
def pair(house: Production) -> Iterator[list[Server]]:
    servers = [Server(house, WEB_DRAIN="3") for _ in range(2)]
    for server in servers:
        server.wait_until_ready()
    yield servers
    for server in servers:
        server.close()


@pytest.fixture
def proxy(pair: list[Server]) -> Iterator[Proxy]:
    proxy = Proxy(*(server.port for server in pair))
    yield proxy
    proxy.close()


def go_on(crowd: Crowd) -> None:
    """Wait until every client has sent a few more requests."""
    asked = crowd.asked
    wait_until(lambda: crowd.asked > asked + 40, 120, pause=0.1)


@pytest.mark.prove
def test_two_servers_behind_a_proxy_restart_one_after_the_other(house, pair, proxy, promise):
    row = promise("two web servers restarted one after the other, twice", "no request of 6 people fails")
    with Crowd(house, proxy.port) as crowd:
        go_on(crowd)
        for server in pair * 2:
            server.restart()
            server.wait_until_ready()
            go_on(crowd)
    assert crowd.faults == []
    assert crowd.effects() == []
    row.reached(crowd.summary())


@pytest.mark.prove
def test_one_server_restarts_with_its_address_handed_over(house, handed, promise):
    row = promise("one web server restarted with its socket kept open, twice", "no request of 6 people fails")
    with Crowd(house, handed.port) as crowd:
        for _ in range(2):
            go_on(crowd)
            handed.restart()
            handed.wait_until_ready()
        go_on(crowd)
    assert crowd.faults == []
    assert crowd.effects() == []
    row.reached(crowd.summary())


@pytest.mark.prove
@pytest.mark.parametrize("is_handed", [True, False])
def test_the_crowd_notices_a_server_that_is_killed(house, pair, proxy, handed, is_handed):
    """The checker must be able to fail."""
    server, port = (handed, handed.port) if is_handed else (pair[0], proxy.port)
    with Crowd(house, port) as crowd:
        for _ in range(10):
            go_on(crowd)
            server.kill()
            server.start()
            server.wait_until_ready()
            if crowd.faults:
                break
    assert crowd.faults


@pytest.mark.prove
def test_the_crowd_notices_servers_that_reset_pending_connections(house):
    """Without WEB_DRAIN, retrying refused connections is not enough."""
    servers = [Server(house, WEB_DRAIN="0").wait_until_ready() for _ in range(2)]
    proxy = Proxy(*(server.port for server in servers))
    try:
        with Crowd(house, proxy.port, people=12, pause=0.05) as crowd:
            for server in servers * 5:
                go_on(crowd)
                server.restart()
                server.wait_until_ready()
                if crowd.faults:
                    break
        assert any("ConnectionResetError" in fault for fault in crowd.faults), crowd.faults
    finally:
        proxy.close()
        for server in servers:
            server.close()


def test_a_stopping_server_reports_it_and_still_accepts_requests(house, capfd):
    server = Server(house, WEB_DRAIN="5").wait_until_ready()
    try:
        server.tell_to_stop()
        wait_until(lambda: server.status("/healthz") == 503)
        assert server.status("/accounts/login/") == 200
        assert server.process.wait(60) == 0
        assert server.status("/healthz") == 0
        assert "fault in healthz" not in capfd.readouterr().err
    finally:
        server.close()


def later(ask: Callable[[], Answer]) -> tuple[threading.Thread, list[Answer]]:
    """Send a request in a thread; the answer is in the list once it has ended."""
    answers: list[Answer] = []
    thread = threading.Thread(target=lambda: answers.append(ask()))
    thread.start()
    return thread, answers


def test_pending_requests_are_finished_and_new_ones_wait(house, handed):
    anna = Browser(handed.port).log_in("anna@krueger.example")
    contact, version, column = anna.card()
    body = {"column": column, "after": "", "version": version, "key": "", "via": "board"}
    with locked(house, "Krüger Immobilien"):
        moving, moved = later(lambda: anna.post(f"/cards/{contact}/position/", body, **{"HX-Request": "true"}))
        wait_until(lambda: house.ask(WAITING)[0][0] > 0)
        handed.tell_to_stop()
    assert handed.process.wait(60) == 0
    moving.join()
    assert [answer.status for answer in moved] == [200]
    reading, read = later(lambda: anna.get("/contacts/"))
    handed.start()
    reading.join()
    assert [answer.status for answer in read] == [200]

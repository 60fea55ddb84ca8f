"""The handover of a connection from gunicorn to the process of the streams, with both as they run in production."""

import os
import select
import signal
import socket
import time
from pathlib import Path

import psutil
import pytest

from tests.config.production import Browser
from tests.live.house import House
from tests.live.streams import PATIENCE, Stream, come_back
from tests.pipeline.working import wait_until
from tests.prove.servers import Server


@pytest.fixture
def browser(house: House) -> Browser:
    browser = house.browser().log_in(house.email)
    come_back(browser).close()
    house.settle()
    return browser


def request_of(browser: Browser) -> bytes:
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    return f"GET /stream/ HTTP/1.1\r\nHost: localhost:{browser.port}\r\nCookie: {cookie}\r\n\r\n".encode()


def test_a_stream_begins_on_the_connection_of_the_page_and_gets_events(house, browser):
    with Stream(browser, first="/healthz") as stream:
        assert stream.connection.sock is stream.socket or stream.connection.sock is None
        assert stream.status == 200
        assert stream.answer.headers["Content-Type"] == "text/event-stream; charset=utf-8"
        assert stream.answer.headers["Content-Encoding"] is None
        assert "default-src" in stream.answer.headers["Content-Security-Policy"]
        assert stream.answer.headers["X-Accel-Buffering"] == "no"
        name, data = stream.next()
        assert (name, data["user"]) == ("hello", house.user)
        house.tell(contacts=[[17, None, None, 8]], columns=[1, 2], user=house.user, origin="k3f9")
        assert stream.next("change") == (
            "change",
            {"kind": "edited", "contacts": [[17, 8]], "columns": [1, 2], "user": house.user, "origin": "k3f9"},
        )


def test_whoever_is_not_logged_in_gets_no_stream_and_no_redirect(house):
    with Stream(house.browser()) as stream:
        assert stream.status == 204
    assert house.browser().get("/stream/").status == 302


def test_who_asks_for_the_head_alone_gets_it_and_no_stream(house, browser):
    before = psutil.Process(house.streams.pid).num_fds()
    with Stream(browser) as stream:
        names = ("Content-Type", "X-Accel-Buffering", "Cache-Control", "Vary")
        given = {name: stream.answer.headers[name] for name in names}
    answer = browser.request("HEAD", "/stream/", None, {"Accept": "text/event-stream"})
    assert (answer.status, {name: answer.headers[name] for name in names}) == (200, given)
    assert answer.headers.keys().isdisjoint({"Content-Length", "Retry-After"})
    wait_until(lambda: psutil.Process(house.streams.pid).num_fds() <= before)
    assert browser.get("/contacts/").status == 200
    assert house.browser().request("HEAD", "/stream/", None, {"Accept": "text/event-stream"}).status == 204


def test_a_browser_that_goes_at_once_leaves_nothing_behind(house, browser):
    process = psutil.Process(house.streams.pid)
    open_before = process.num_fds()
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", house.port)) as line:
            line.sendall(request_of(browser))
    wait_until(lambda: process.num_fds() <= open_before)
    assert browser.get("/contacts/").status == 200


def test_streams_stay_open_while_web_workers_are_replaced(house, browser):
    """`max_requests`, and a restart of the server: pages are served by others, streams go on."""
    with Stream(browser) as stream:
        stream.next("hello")
        before = psutil.Process(house.web.pid).children()
        before[0].send_signal(signal.SIGTERM)
        wait_until(lambda: not before[0].is_running() or before[0].status() == psutil.STATUS_ZOMBIE)
        os.kill(house.web.pid, signal.SIGHUP)
        _, alive = psutil.wait_procs(before, timeout=PATIENCE)
        assert alive == [], "an open stream holds no worker"
        house.tell(kind="due")
        assert stream.next("change")[1]["kind"] == "due"
    assert browser.get("/contacts/").status == 200


def test_a_web_server_that_stops_is_not_held_up_by_streams(house, browser):
    with Stream(browser) as stream:
        stream.next("hello")
        house.web.terminate()
        assert house.web.wait(PATIENCE) == 0
        house.tell(kind="due")
        assert stream.next("change")[1]["kind"] == "due"
        house.start_web()
        wait_until(lambda: house.is_up())


def test_without_the_process_there_is_no_stream_and_the_answer_comes_at_once(house, browser):
    with Stream(browser) as cut:
        cut.next("hello")
        house.kill_streams()
        assert cut.has_ended()
        with Stream(browser) as refused:
            assert (refused.status, refused.answer.headers["Retry-After"]) == (204, "15")
            assert refused.answer.read() == b""
        head = browser.request("HEAD", "/stream/", None, {"Accept": "text/event-stream"})
        assert (head.status, head.headers["Retry-After"]) == (204, "15")
        house.start_streams()
        back = come_back(browser, cut.since)
        assert back.next("resync") == ("resync", {})
        house.tell(kind="due")
        assert back.next("change")[1]["kind"] == "due"
        back.close()


def test_a_process_that_hangs_costs_pages_nothing_and_is_as_good_as_none(house, browser):
    house.streams.send_signal(signal.SIGSTOP)
    most = int(Path("/proc/sys/net/unix/max_dgram_qlen").read_text())
    waiting = [socket.create_connection(("127.0.0.1", house.port)) for _ in range(most + 2)]
    try:
        for line in waiting:
            line.sendall(request_of(browser))
        answered, _, _ = select.select(waiting, [], [], PATIENCE)
        assert answered[0].recv(20).startswith(b"HTTP/1.1 204")
        assert browser.get("/contacts/").status == 200
    finally:
        house.streams.send_signal(signal.SIGCONT)
        for line in waiting:
            line.close()


def test_the_connection_to_the_database_comes_back_and_everybody_asks_anew(house, browser):
    with Stream(browser) as stream:
        stream.next("hello")
        house.cut_listening()
        assert stream.next("resync") == ("resync", {})
        house.tell(kind="due")
        assert stream.next("change")[1]["kind"] == "due"


def test_whoever_comes_back_gets_what_they_missed(house, browser):
    with Stream(browser) as stream:
        stream.next("hello")
        time.sleep(3)
        house.tell(kind="assigned")
        stream.next("change")
    house.tell(kind="due")
    with Stream(browser, stream.since) as back:
        assert [back.next()[0], back.next()[1]["kind"], back.next()[1]["kind"]] == ["hello", "assigned", "due"]


def test_a_notice_of_changed_rights_ends_the_streams_it_concerns(house, browser):
    with Stream(browser) as stream:
        stream.next("hello")
        house.tell(kind="access", of=house.user + 1000)
        house.tell(kind="due")
        assert stream.next("change")[1]["kind"] == "due"
        house.tell(kind="access", of=house.user)
        assert stream.has_ended()


def test_the_process_ends_at_once_when_told_to(house, browser):
    with Stream(browser) as stream:
        stream.next("hello")
        house.streams.terminate()
        assert house.streams.wait(PATIENCE) == 0
        assert stream.has_ended()
    house.start_streams()


def test_a_second_process_takes_over_and_the_first_keeps_its_streams(house, browser):
    with Stream(browser) as first:
        first.next("hello")
        before = house.streams
        house.start_streams()
        process = psutil.Process(house.streams.pid)

        def taken_over() -> bool:
            with Stream(browser) as stream:
                stream.next("hello")
                return any(line.laddr.port == house.port for line in process.net_connections("tcp"))

        wait_until(taken_over)
        house.tell(kind="due")
        assert first.next("change")[1]["kind"] == "due"
        before.terminate()
        before.wait(PATIENCE)
        assert first.has_ended()
        come_back(browser).close()


def test_a_web_server_that_is_one_of_several_takes_its_streams_along(house, browser):
    """The network of its container goes with it, and connections through that would hang without a word."""
    server = Server(house, WEB_DRAIN="0.1").wait_until_ready()
    try:
        with Stream(Browser(server.port).log_in(house.email)) as stream:
            stream.next("hello")
            server.tell_to_stop()
            assert stream.has_ended()
    finally:
        server.close()

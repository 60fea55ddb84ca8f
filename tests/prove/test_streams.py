"""A hundred open streams while what they depend on is killed, and ten thousand notices of two offices."""

import json
import random
import time
from collections.abc import Callable, Iterator

import pytest

from tests.live.house import House
from tests.live.readers import Bare, Readers
from tests.live.streams import Stream
from tests.pipeline.working import wait_until
from tests.prove.table import Promise

STREAMS, SECONDS = 100, 5
IN_EACH, NOTICES, AT_ONCE = 50, 10_000, 100
ANNA, SOFIA, JAN, PAUL = (
    *("anna@krueger.example", "sofia@krueger.example", "jan@krueger.example", "paul@hansen.example"),
)
MORE = """
INSERT INTO accounts_user (account_id, email, first_name, last_name, role, is_active, hue, theme, created_at, password)
SELECT account_id, %s, first_name, last_name, role, true, hue, theme, created_at, password
FROM accounts_user WHERE email = %s
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with House.running(tmp_path_factory.mktemp("many")) as house:
        yield house


def cookie(house: House, email: str) -> str:
    return "; ".join(f"{name}={value}" for name, value in house.browser().log_in(email).cookies.items())


def another(house: House, of: str) -> str:
    """Return the login of a new user like this one."""
    email = f"user{random.getrandbits(40)}@office.example"
    house.ask(MORE, email, of)
    return cookie(house, email)


@pytest.fixture(scope="module")
def logins(house: House) -> list[str]:
    return [cookie(house, ANNA), *(another(house, ANNA) for _ in range(4))]


def tells_all(house: House, readers: Readers) -> None:
    """Every reader gets the next notice."""
    since = time.perf_counter()
    house.tell(kind="due")
    readers.wait(lambda: readers.all_have("change", since=since))


def all_ask_anew(house: House, logins: list[str], row: Promise, disturb: Callable[[Readers], float]) -> None:
    """Have a hundred readers told something, disturbed, asked to ask anew since the returned moment, and told again."""
    house.settle()
    with Readers(house.port, logins, STREAMS) as readers:
        tells_all(house, readers)
        since = disturb(readers)
        seconds = readers.wait(lambda: readers.all_have("resync", since=since))
        tells_all(house, readers)
    assert seconds <= SECONDS
    row.reached(f"{seconds:.1f} s")


@pytest.mark.prove
def test_all_streams_are_back_after_kill_9_of_their_process(house, logins, promise):
    row = promise(f"kill -9 of the process of {STREAMS} streams: all are back and ask anew", f"<= {SECONDS} s")

    def kill(_readers: Readers) -> float:
        house.kill_streams()
        house.tell(kind="assigned")  # meanwhile
        since = time.perf_counter()
        house.start_streams()
        return since

    all_ask_anew(house, logins, row, kill)


@pytest.mark.prove
def test_all_streams_ask_anew_after_a_restart_of_postgresql(house, logins, promise):
    row = promise(f"restart of PostgreSQL under {STREAMS} streams: all ask anew", f"<= {SECONDS} s")

    def restart(readers: Readers) -> float:
        with house.without_database(2):
            assert all(len(reader.begun) == 1 for reader in readers.all), "no stream ends"
        return time.perf_counter() - 2

    all_ask_anew(house, logins, row, restart)


@pytest.mark.prove
def test_all_streams_ask_anew_after_the_connection_that_listens_was_cut(house, logins, promise):
    row = promise("the connection that listens is cut: it comes back, and all ask anew", f"<= {SECONDS} s")

    def cut(_readers: Readers) -> float:
        since = time.perf_counter()
        house.cut_listening()
        return since

    all_ask_anew(house, logins, row, cut)


@pytest.mark.prove
def test_no_notice_reaches_another_office_or_whoever_may_not_see_the_contact(house, logins, promise):
    row = promise(f"{NOTICES:,} notices over {IN_EACH} streams in each of two offices", "none goes astray")
    ours, theirs, jan = (
        house.ask("SELECT account_id, id FROM accounts_user WHERE email = %s", one)[0] for one in (SOFIA, PAUL, JAN)
    )
    house.ask("UPDATE accounts_account SET agents_see = 'own' WHERE id = %s", ours[0])
    sofias, pauls = cookie(house, SOFIA), [cookie(house, PAUL), another(house, PAUL)]
    people = [None, ours[1], jan[1]]
    chance = random.Random(1)
    house.settle()
    seen = [[number, chance.choice(people), chance.choice(people), None] for number in range(1, NOTICES + 1)]
    with (
        Readers(house.port, [logins[0], sofias], IN_EACH) as krueger,
        Readers(house.port, pauls, IN_EACH) as hansen,
    ):
        for begin in range(0, NOTICES, AT_ONCE):
            part = seen[begin : begin + AT_ONCE]
            told = [told_of(ours[0], contact) for contact in part]
            told += [told_of(theirs[0], [NOTICES + contact[0], None, None, None]) for contact in part]
            house.ask("SELECT pg_notify('live', text) FROM unnest(%s::text[]) AS told (text)", told)
            last = begin + AT_ONCE
            wait_until(lambda last=last: all(has(reader, last) for reader in krueger.all[::2]), pause=0.01)
            wait_until(lambda last=last: all(has(reader, NOTICES + last) for reader in hansen.all), pause=0.01)
    everything = [("moved", contact[0]) for contact in seen]
    mine = (None, ours[1])
    for number, reader in enumerate(krueger.all):
        sight = [(one, after in mine) for one, before, after, _ in seen if before in mine or after in mine]
        own = [("moved" if is_seen else "gone", one) for one, is_seen in sight]
        assert contacts(reader) == (own if number % 2 else everything)
    for reader in hansen.all:
        assert contacts(reader) == [("moved", NOTICES + contact[0]) for contact in seen]
    row.reached(f"none of {2 * NOTICES * IN_EACH:,}")


@pytest.mark.prove
def test_a_stream_ends_with_the_right_to_it_and_is_decided_anew(house, promise):
    row = promise("a colleague's role changes: the open stream ends, and the next is decided anew", "<= 1 s")
    anna, email = house.browser().log_in(ANNA), "mehmet@krueger.example"
    mehmet, (member,) = house.browser().log_in(email), house.ask("SELECT id FROM accounts_user WHERE email = %s", email)
    house.settle()
    with Stream(mehmet) as stream:
        stream.next("hello")
        since = time.perf_counter()
        assert anna.post(f"/settings/members/{member[0]}/role/", {"role": "marketing"}).status == 302
        assert stream.has_ended()
        with Stream(mehmet) as again:
            again.next("hello")
            seconds = time.perf_counter() - since
            house.tell(kind="due")
            house.tell(kind="edited")
            assert again.next("change")[1]["kind"] == "edited"
    assert seconds <= 1
    row.reached(f"{seconds:.2f} s")


def told_of(office: int, contact: list[int | None]) -> str:
    return json.dumps(
        {"kind": "moved", "office": office, "contacts": [contact], "columns": [], "user": None, "origin": ""}
    )


def contacts(reader: Bare) -> list[tuple[str, int]]:
    assert reader.named("resync") == [], "a reader was too slow"
    return [(data["kind"], one) for _, _, data in reader.named("change") for one, _ in data["contacts"]]


def has(reader: Bare, contact: int) -> bool:
    return any(data["contacts"][0][0] == contact for _, name, data in reader.events[-5:] if name == "change")

"""No notice reaches another office, nor an agent whose office hides the contact: ten thousand of them, at random."""

import json
import random
from collections.abc import Iterator

from base.notices import Kind, Seen, payload
from live import events, hub
from live.hub import Hub, Request

OURS, THEIRS = 3, 4
STREAMS, NOTICES = 50, 10_000  # in each office
AGENTS = 5
START = 1_732_795_200_000
People = list[int | None]


def people_of(office: int) -> People:
    return [None, *(100 * office + number for number in range(AGENTS))]


def notices(count: int) -> Iterator[tuple[int, Seen]]:
    """Yield offices, and contacts that somebody else or nobody looks after from now on. No id comes twice."""
    chance = random.Random(1)
    for contact_id in range(1, 2 * count + 1):
        office = chance.choice((OURS, THEIRS))
        people = people_of(office)
        yield office, Seen(contact_id, chance.choice(people), chance.choice(people))


class Wire:
    def __init__(self, office: int, limited_to: int | None) -> None:
        self.office, self.limited_to = office, limited_to
        self.got: list[bytes] = []

    def write(self, data: bytes) -> None:
        self.got.append(data)

    def end(self) -> None:
        raise AssertionError("nobody's rights have changed")

    def expected(self, told: list[tuple[int, Seen]]) -> list[tuple[str, int]]:
        """Return kinds and contacts that it is to get, as the rule says it."""
        ours = [contact for office, contact in told if office == self.office]
        if self.limited_to is None:
            return [("moved", contact.contact_id) for contact in ours]
        mine = (None, self.limited_to)
        sight = [(contact, contact.before in mine, contact.after in mine) for contact in ours]
        return [("moved" if after else "gone", one.contact_id) for one, before, after in sight if before or after]

    def found(self, known: dict[bytes, list[tuple[str, int]]]) -> list[tuple[str, int]]:
        for data in self.got:
            if data not in known:
                known[data] = _contacts(data)
        return [pair for data in self.got for pair in known[data]]


def _contacts(data: bytes) -> list[tuple[str, int]]:
    lines = [line for line in data.decode().split("\n") if line.startswith("data: ")]
    found = [json.loads(line.removeprefix("data: ")) for line in lines]
    return [(event["kind"], contact) for event in found if "kind" in event for contact, _ in event["contacts"]]


def wrong(count: int = 500) -> int:
    """Tell all of it to all streams, and return how many of them got anything else than they are to get."""
    streams, told, wires = Hub(START), [*notices(count)], []
    for number in range(STREAMS):
        for office in (OURS, THEIRS):
            user = people_of(office)[1 + number % AGENTS]
            assert user
            is_limited = number % 2 == 1
            wire = Wire(office, user if is_limited else None)
            streams.open(wire, Request(office, user, is_limited, True, True, START), START)
            wire.got.clear()
            wires.append(wire)
    for office, contact in told:
        text = payload(Kind.MOVED, office, [contact], user=100 * office)
        assert text
        streams.hear(text, START)
        streams.flush(START)
    known: dict[bytes, list[tuple[str, int]]] = {}
    return sum(wire.found(known) != wire.expected(told) for wire in wires)


def test_every_stream_gets_what_its_reader_may_see_and_nothing_else():
    assert wrong(NOTICES) == 0


def test_a_process_that_forgets_the_office_is_caught(monkeypatch):
    read = events.read
    monkeypatch.setattr(hub, "read", lambda text: read(text)._replace(office_id=OURS))
    assert wrong() == 2 * STREAMS


def test_a_process_that_forgets_what_an_agent_sees_is_caught(monkeypatch):
    monkeypatch.setattr(events.Audience, "sees", lambda _self, _assignee: True)
    assert wrong() == STREAMS  # those of agents


def test_a_process_that_looks_at_the_assignee_before_alone_is_caught(monkeypatch):
    monkeypatch.setattr(
        hub, "events", lambda notice, audience, **how: events.events(_backwards(notice), audience, **how)
    )
    assert wrong() == STREAMS


def _backwards(notice):
    return notice._replace(contacts=tuple(one._replace(before=one.after, after=one.before) for one in notice.contacts))

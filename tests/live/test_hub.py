"""Who is told what, and when: without sockets, clocks or a database."""

import json
from typing import Any

import pytest

from base.notices import Kind, Notice, Seen, coming_from, payload
from live.events import Audience, events, read
from live.hub import BACKLOG, LIFE, OF_A_USER, OF_ALL, PATIENCE, PULSE, SOON, WINDOW, Hub, Request
from live.past import OF_AN_OFFICE, SLACK, SPAN, Past
from live.presence import LASTS, TABS

OURS, THEIRS = 3, 4
SOFIA, JONAS, PAUL = 9, 10, 11
START = 1_732_795_200_000


class Wire:
    """The end of a line that a browser would read."""

    def __init__(self) -> None:
        self.text, self.is_open = "", True

    def write(self, data: bytes) -> None:
        assert self.is_open
        self.text += data.decode()

    def end(self) -> None:
        self.is_open = False

    def take(self) -> list[tuple[str, Any]]:
        """Return the events since it was last asked."""
        blocks, self.text = [block.split("\n") for block in self.text.split("\n\n")], ""
        named = [dict(line.split(": ", 1) for line in block) for block in blocks if len(block) == 3]
        return [(block["event"], json.loads(block["data"])) for block in named]


def hub(now: int = START, chance: float = 0.5) -> Hub:
    return Hub(now, lambda: chance)


def request(user: int = SOFIA, office: int = OURS, **more: Any) -> Request:
    given = {"is_limited": False, "works_contacts": True, "leads": True, "at": START}
    return Request(office, user, **given | more)


def join(streams: Hub, now: int = START, **facts: Any) -> Wire:
    wire = Wire()
    streams.open(wire, request(**facts), now)
    wire.take()
    return wire


def told(kind: Kind, *arguments: Any, office: int = OURS, **more: Any) -> str:
    text = payload(kind, office, *arguments, **more)
    assert text
    return text


def tell(streams: Hub, text: str, now: int) -> None:
    """Have it heard, and told without waiting for more."""
    streams.hear(text, now)
    streams.flush(now)


def seen_by(audience: Audience, *contacts: Seen, **more: Any) -> list[dict[str, Any]]:
    notice = read(told(Kind.MOVED, contacts, **{"columns": [2, 1], "user": JONAS} | more))
    return [event.data for event in events(notice, audience)]


ALL, OWN = Audience(OURS, None), Audience(OURS, SOFIA)
CHANGE = {"kind": "moved", "columns": [1, 2], "user": JONAS, "origin": ""}
GONE = {"kind": "gone", "columns": []}


def test_an_event_has_ids_and_versions_and_no_assignee():
    assert seen_by(ALL, Seen(17, 5, 6, 8), Seen(18, None, None)) == [CHANGE | {"contacts": [[17, 8], [18, None]]}]


def test_no_other_office_is_told():
    for audience in (Audience(THEIRS, None), Audience(THEIRS, SOFIA)):
        assert seen_by(audience, Seen(17, SOFIA, SOFIA)) == []
        assert [*events(Notice(Kind.SERIES, OURS), audience)] == []
        assert [*events(Notice(Kind.EDITED, OURS, None), audience)] == []


def test_a_limited_reader_is_told_of_their_own_and_of_those_of_nobody():
    contacts = [Seen(1, SOFIA, SOFIA), Seen(2, JONAS, JONAS), Seen(3, None, None), Seen(4, JONAS, SOFIA)]
    assert seen_by(OWN, *contacts) == [CHANGE | {"contacts": [[1, None], [3, None], [4, None]], "columns": []}]


@pytest.mark.parametrize("before", [SOFIA, None])
def test_a_limited_reader_who_loses_a_contact_learns_nothing_else(before):
    assert seen_by(OWN, Seen(17, before, JONAS, 8)) == [GONE | {"contacts": [[17, None]]}]
    assert seen_by(ALL, Seen(17, before, JONAS, 8)) == [CHANGE | {"contacts": [[17, 8]]}]


def test_a_limited_reader_is_told_nothing_of_a_contact_that_stays_hidden():
    assert seen_by(OWN, Seen(17, JONAS, JONAS, 8)) == []
    assert seen_by(OWN, Seen(17, JONAS, PAUL, 8)) == []


def test_of_several_contacts_the_lost_ones_are_told_apart():
    assert seen_by(OWN, Seen(1, SOFIA, SOFIA), Seen(2, SOFIA, JONAS), Seen(3, JONAS, PAUL)) == [
        CHANGE | {"contacts": [[1, None]], "columns": []},
        GONE | {"contacts": [[2, None]]},
    ]


@pytest.mark.parametrize(
    ("contacts", "columns"),
    [
        ((Seen(1, SOFIA, SOFIA), Seen(2, SOFIA, SOFIA)), [[3, 5]]),
        ((Seen(1, SOFIA, SOFIA), Seen(2, JONAS, JONAS)), [[]]),
        ((Seen(1, SOFIA, SOFIA), Seen(2, SOFIA, JONAS)), [[], []]),
        (None, [[]]),
    ],
)
def test_a_limited_reader_does_not_learn_where_other_contacts_are(contacts, columns):
    notice = Notice(Kind.MOVED, OURS, contacts, frozenset({3, 5}))
    assert [event.data["columns"] for event in events(notice, OWN)] == columns
    assert all(event.data["columns"] == [3, 5] for event in events(notice, ALL))


@pytest.mark.parametrize("kind", list(Kind))
def test_marketing_is_told_of_what_its_list_shows(kind):
    told_of = [*events(Notice(kind, OURS, (Seen(1, None, None),)), Audience(OURS, None, works_contacts=False))]
    shown = ("moved", "columns", "acted", "edited", "arrived", "trashed", "restored", "erased", "imported")
    assert bool(told_of) == (kind in shown)


def test_only_leaders_are_told_of_what_arrives():
    notice = Notice(Kind.INTAKE, OURS)
    assert [event.data["kind"] for event in events(notice, Audience(OURS, None, leads=True))] == ["intake"]
    assert [*events(notice, Audience(OURS, None, leads=False))] == []
    assert [*events(notice, Audience(OURS, SOFIA, leads=False))] == []


@pytest.mark.parametrize("kind", [Kind.ACTED, Kind.EDITED])
def test_marketing_learns_that_a_row_may_have_changed_and_neither_who_did_it_nor_what(kind):
    notice = Notice(kind, OURS, (Seen(17, SOFIA, SOFIA, 8),), frozenset(), JONAS)
    (event,) = events(notice, Audience(OURS, None, works_contacts=False))
    assert event.data == {"kind": "edited", "contacts": [[17, None]], "columns": [], "user": None, "origin": ""}


def test_marketing_and_colleagues_of_one_office_are_each_told_their_own():
    streams = Hub(START)
    readers = [join(streams, user=number, works_contacts=number % 2 == 0) for number in range(1, 9)]
    tell(streams, told(Kind.DUE, [Seen(17, None, None)]), START + 1000)
    assert [len(wire.take()) for wire in readers] == [0, 1] * 4


def test_only_whoever_did_it_learns_from_which_tab():
    """Others could claim that tab for a change of theirs, and hide it from whoever has it open."""
    streams = hub()
    with coming_from("k3f9"):
        text = told(Kind.DUE, [Seen(17, None, None)], user=SOFIA)
    sofia, again, jonas = join(streams), join(streams), join(streams, user=JONAS)
    tell(streams, text, START + SLACK)
    late = {"now": START + 2 * SLACK, "since": str(START + SLACK)}
    heard = [[*sofia.take(), *again.take()], opened(streams, **late)[1:]]
    assert [data["origin"] for found in heard for _, data in found] == ["k3f9"] * 3
    heard = [jonas.take(), opened(streams, user=JONAS, **late)[1:]]
    assert [(data["origin"], data["user"]) for found in heard for _, data in found] == [("", SOFIA)] * 2


def test_a_tab_that_somebody_else_claims_is_not_hidden_from_its_user():
    streams = hub()
    with coming_from("k3f9"):
        texts = [told(Kind.DUE, [Seen(17, None, None)], user=user) for user in (JONAS, None)]
    sofia = join(streams)
    for moment, text in enumerate(texts):
        streams.hear(text, START + moment)
    streams.flush(START + WINDOW)
    assert [data["origin"] for _, data in sofia.take()] == ["", ""]


def test_what_concerns_no_contact_or_many_goes_to_the_whole_office():
    for audience in (ALL, OWN):
        assert [event.data["contacts"] for event in events(Notice(Kind.COLUMNS, OURS), audience)] == [[]]
        assert [event.data["contacts"] for event in events(Notice(Kind.EDITED, OURS, None), audience)] == [None]


def test_no_facts_are_forwarded_but_those_of_every_notice():
    notice = read(told(Kind.IMPORTED, None, name="Kontakte.csv"))
    facts = {"kind": "imported", "contacts": None, "columns": [], "user": None, "origin": ""}
    assert [event.data for event in events(notice, ALL)] == [facts]


@pytest.mark.parametrize("kind", [Kind.ACCESS, Kind.HERE])
def test_what_is_for_the_process_itself_is_not_forwarded(kind):
    assert [*events(Notice(kind, OURS, (), frozenset(), SOFIA), ALL)] == []


def test_a_stream_begins_with_who_reads():
    wire = Wire()
    hub().open(wire, request(), START)
    assert wire.text == f'id: {START}\nevent: hello\ndata: {{"user":9,"now":{START}}}\n\n'


def test_an_event_has_the_moment_as_its_id():
    streams = hub()
    wire = join(streams)
    tell(streams, told(Kind.SERIES), START + 7)
    assert wire.text.startswith(f"id: {START + 7}\nevent: change\n")


def test_readers_are_told_by_office_and_sight():
    streams = hub()
    ours, agents, theirs = join(streams), join(streams, user=JONAS, is_limited=True), join(streams, office=THEIRS)
    tell(streams, told(Kind.DUE, [Seen(17, SOFIA, SOFIA)]), START + 1)
    tell(streams, told(Kind.DUE, [Seen(18, None, None)]), START + 2)
    assert [data["contacts"] for _, data in ours.take()] == [[[17, None]], [[18, None]]]
    assert [data["contacts"] for _, data in agents.take()] == [[[18, None]]]
    assert theirs.text == ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "[]",
        "{}",
        '{"kind":"new","office":3}',
        '{"kind":"due","office":3}',
        "null",
        '{"kind":"here","office":3,"contacts":[],"columns":[],"user":9}',
    ],
)
def test_what_is_no_notice_is_ignored(text):
    streams = hub()
    wire = join(streams)
    tell(streams, text, START)
    assert wire.text == ""


def test_a_reader_who_has_gone_is_told_nothing():
    streams, wire = hub(), Wire()
    reader = streams.open(wire, request(), START)
    wire.take()
    streams.close(reader)
    streams.close(reader)
    tell(streams, told(Kind.SERIES), START)
    assert (wire.text, streams.readers) == ("", {})


# Coming back


def test_whoever_names_the_moment_of_their_last_event_gets_what_came_after_it():
    streams = hub()
    for number in range(4):
        tell(streams, told(Kind.DUE, [Seen(number, JONAS, JONAS)]), START + number * SLACK)
    wire = Wire()
    streams.open(wire, request(since=str(START + 2 * SLACK)), START + 9 * SLACK)
    assert [data["contacts"] for name, data in wire.take() if name == "change"] == [
        [[1, None]],
        [[2, None]],
        [[3, None]],
    ]
    limited = Wire()
    streams.open(limited, request(since=str(START + 2 * SLACK), is_limited=True), START + 9 * SLACK)
    assert [name for name, _ in limited.take()] == ["hello"]


def test_a_page_gets_what_came_after_it_was_read():
    streams = hub()
    tell(streams, told(Kind.DUE), START + SLACK)
    assert [name for name, _ in opened(streams, since=str(START + SLACK), now=START + 2 * SLACK)] == ["hello", "change"]
    assert [name for name, _ in opened(streams, since="", now=START + 2 * SLACK)] == ["hello"]


def opened(streams: Hub, now: int, **facts: Any) -> list[tuple[str, Any]]:
    wire = Wire()
    streams.open(wire, request(**facts), now)
    return wire.take()


@pytest.mark.parametrize(
    "facts",
    [
        {"since": f"b00t-{START + 2 * SLACK}"},
        {"since": "²"},
        {"since": "9" * 40},
        {"since": str(START + SLACK - 1)},
        {"since": "yesterday"},
        {"since": "-5"},
    ],
)
def test_whoever_asks_for_what_is_not_known_is_told_to_ask_anew(facts):
    assert [name for name, _ in opened(hub(), START + 5 * SLACK, **facts)] == ["hello", "resync"]


def test_many_notices_are_made_good_by_asking_anew():
    streams = hub()
    for number in range(BACKLOG + 1):
        tell(streams, told(Kind.DUE), START + SLACK + number)
    found = opened(streams, START + 2 * SLACK, since=str(START + SLACK + 1))
    assert [name for name, _ in found] == ["hello", "resync"]


def test_after_a_gap_everybody_asks_anew_and_soon_for_their_rights():
    streams = hub(chance=1.0)
    ours, theirs = join(streams), join(streams, office=THEIRS)
    tell(streams, told(Kind.DUE), START + 1)
    ours.take()
    streams.resume(START + 50_000)
    assert [ours.take(), theirs.take()] == [[("resync", {})], [("resync", {})]]
    assert opened(streams, START + 50_001, since=str(START + 1))[1] == ("resync", {})
    streams.tick(START + 50_000 + 60_000)
    assert [ours.is_open, theirs.is_open] == [False, False]


# How long, how many, how fast


def test_a_stream_ends_within_a_quarter_of_an_hour_and_not_all_at_once():
    for chance, end in ((0.0, int(LIFE * 0.8)), (1.0, LIFE)):
        streams = hub(chance=chance)
        wire = join(streams)
        streams.tick(START + end - 1)
        assert wire.is_open
        streams.tick(START + end)
        assert not wire.is_open


def test_a_silent_stream_gives_signs_of_life():
    streams = hub()
    wire = join(streams)
    streams.tick(START + PULSE - 1)
    assert wire.text == ""
    streams.tick(START + PULSE)
    assert wire.take() == [("beat", {})]
    streams.tick(START + PULSE + 1000)
    assert wire.text == ""


def test_a_user_and_all_have_so_many_streams_and_no_more():
    streams = hub()
    for _ in range(OF_A_USER):
        assert streams.has_room(request())
        join(streams)
    assert not streams.has_room(request())
    assert streams.has_room(request(user=JONAS))
    assert streams.has_room(request(office=THEIRS))
    for number in range(OF_ALL - OF_A_USER):
        join(streams, user=1000 + number, office=1000 + number % 50)
    assert not streams.has_room(request(user=JONAS))


def test_a_slow_reader_gets_the_newest_state_and_no_backlog():
    streams, wire = hub(), Wire()
    reader = streams.open(wire, request(), START)
    wire.take()
    streams.fall_behind(reader, START)
    for number in range(1000):
        tell(streams, told(Kind.DUE), START + number)
    streams.tick(START + PULSE)
    assert wire.text == ""
    streams.catch_up(reader, START + PULSE)
    assert wire.take() == [("resync", {})]
    tell(streams, told(Kind.DUE), START + PULSE)
    assert [name for name, _ in wire.take()] == ["change"]
    streams.fall_behind(reader, START)
    streams.catch_up(reader, START)
    assert wire.take() == [], "nothing was missed"


def test_a_reader_who_takes_nothing_for_long_is_left():
    streams, wire = hub(), Wire()
    reader = streams.open(wire, request(), START)
    streams.fall_behind(reader, START)
    streams.tick(START + PATIENCE)
    assert wire.is_open
    streams.tick(START + PATIENCE + 1)
    assert not wire.is_open


def test_what_comes_fast_is_told_together_and_the_first_at_once():
    streams = hub()
    wire, theirs = join(streams), join(streams, office=THEIRS)
    for moment in (0, WINDOW - 1, WINDOW - 1):
        streams.hear(told(Kind.DUE, [Seen(moment, None, None)]), START + moment)
    streams.hear(told(Kind.SERIES, office=THEIRS), START + WINDOW - 1)
    assert [data["contacts"] for _, data in wire.take()] == [[[0, None]]]
    assert [data["kind"] for _, data in theirs.take()] == ["series"]
    streams.flush(START + 2 * WINDOW)
    assert len(wire.take()) == 2
    streams.flush(START + 2 * WINDOW)
    streams.hear(told(Kind.SERIES), START + 3 * WINDOW)
    assert len(wire.take()) == 1
    assert theirs.text == ""


# Rights


def test_changed_rights_end_the_streams_they_concern():
    streams = hub()
    sofia, jonas, theirs = join(streams), join(streams, user=JONAS), join(streams, office=THEIRS)
    tell(streams, told(Kind.ACCESS, user=JONAS, of=SOFIA), START + 1)
    assert [wire.is_open for wire in (sofia, jonas, theirs)] == [False, True, True]
    tell(streams, told(Kind.ACCESS, user=SOFIA), START + 2)
    assert [wire.is_open for wire in (jonas, theirs)] == [False, True]


def test_a_stream_whose_rights_changed_on_its_way_here_ends_at_once():
    streams = hub()
    tell(streams, told(Kind.ACCESS, of=SOFIA), START + 2 * SLACK)
    late = START + 3 * SLACK
    wires = [join(streams, late, at=START + 2 * SLACK), join(streams, late, user=JONAS, at=START + 2 * SLACK)]
    assert [wire.is_open for wire in wires] == [False, True]
    assert join(streams, late + SLACK, at=late + 1).is_open


def test_a_stream_decided_before_anything_was_heard_is_soon_decided_anew():
    """Of rights that changed after that and before LISTEN there is no notice here."""
    streams = hub(chance=1.0)
    first = join(streams, START + 10, at=START + 5)
    streams.resume(START + 50)  # LISTEN stands
    late = START + 60
    second, third = join(streams, late, at=START + 49), join(streams, late, at=START + 50)
    streams.tick(START + 50 + SOON)
    assert [wire.is_open for wire in (first, second, third)] == [False, True, True]
    streams.tick(late + SOON)
    assert [wire.is_open for wire in (second, third)] == [False, True]


def test_whoever_is_told_to_come_again_is_not_told_so_twice():
    streams = hub()
    wire = join(streams, START, at=START - 1)
    tell(streams, told(Kind.ACCESS, of=SOFIA), START + 1)
    assert not wire.is_open
    assert not join(streams, START + 2, at=START + 1).is_open
    again = join(streams, START + 3, at=START + 2)
    streams.tick(START + 3 + SOON)
    assert again.is_open


def test_a_stream_decided_before_what_is_still_known_is_soon_decided_anew():
    streams = hub(chance=1.0)
    for number in range(OF_AN_OFFICE + 1):
        streams.hear(told(Kind.DUE), START + SLACK + number)
    late = START + SLACK + OF_AN_OFFICE
    wires = [join(streams, late, at=START + SLACK), join(streams, late, office=THEIRS)]
    streams.tick(late + SOON)
    assert [wire.is_open for wire in wires] == [False, True]


def test_whoever_comes_back_with_other_rights_asks_anew_for_what_the_page_shows():
    streams = hub()
    tell(streams, told(Kind.DUE), START + SLACK)
    tell(streams, told(Kind.ACCESS, of=SOFIA), START + 2 * SLACK)
    late = {"now": START + 9 * SLACK, "at": START + 9 * SLACK, "since": str(START + SLACK)}
    assert [name for name, _ in opened(streams, **late)] == ["hello", "resync"]
    assert [name for name, _ in opened(streams, user=JONAS, **late)] == ["hello", "change"]
    tell(streams, told(Kind.ACCESS), START + 3 * SLACK)
    assert [name for name, _ in opened(streams, user=JONAS, **late)] == ["hello", "resync"]


def test_a_web_server_that_goes_takes_its_streams_along_and_no_others():
    streams = hub()
    wires = [join(streams, server=server) for server in ("web1", "web2", "web1")]
    streams.end("web1")
    assert [wire.is_open for wire in wires] == [False, True, False]


# The past


def kept(past: Past, *moments: int, office: int = OURS, size: int = 100) -> None:
    for moment in moments:
        past.keep(Notice(Kind.DUE, office, (), frozenset(), moment), size, moment)


def users(notices: list[Notice] | None) -> list[int | None] | None:
    return None if notices is None else [notice.user for notice in notices]


def test_the_past_knows_where_it_begins():
    past = Past(START)
    kept(past, START + 1, START + SLACK)
    assert users(past.since(OURS, START + SLACK)) == [START + 1, START + SLACK]
    assert past.since(OURS, START + SLACK - 1) is None
    assert users(past.since(OURS, START + 2 * SLACK)) == [START + SLACK]
    assert past.since(THEIRS, START + SLACK) == []


def test_the_past_of_an_office_is_bounded_in_number_and_in_time():
    past = Past(START)
    kept(past, *range(START, START + OF_AN_OFFICE + 10))
    assert past.since(OURS, START + 9 + SLACK) is None
    assert len(past.since(OURS, START + 10 + SLACK) or ()) == OF_AN_OFFICE
    kept(past, START + 9 + SPAN + OF_AN_OFFICE)
    assert users(past.since(OURS, START + OF_AN_OFFICE + 9 + SLACK)) == [
        START + OF_AN_OFFICE + 9,
        START + 9 + SPAN + OF_AN_OFFICE,
    ]
    assert past.since(OURS, START + OF_AN_OFFICE + 8 + SLACK) is None


def test_the_past_of_all_offices_is_bounded_and_the_quietest_forgets_first():
    past = Past(START)
    kept(past, START, office=THEIRS, size=1_000_000)
    kept(past, *range(START + 1, START + 5), size=1_000_000)
    assert past.since(THEIRS, START + SLACK) is None
    assert past.since(THEIRS, START + 1 + SLACK) == []
    assert len(past.since(OURS, START + SLACK) or ()) == 4


# Who is here


def sign(user: int = SOFIA, at: str = "board", tab: str = "t1", leaving: bool = False, **more: Any) -> str:
    name = {SOFIA: ("SV", "Sofia Vogt", 3), JONAS: ("JK", "Jonas Krüger", 4)}[user]
    facts = {"at": at, "tab": tab, "leaving": leaving, "initials": name[0], "name": name[1], "hue": name[2]}
    return told(Kind.HERE, more.pop("contacts", ()), user=user, **facts, **more)


VOGT, KRUEGER = [SOFIA, "SV", "Sofia Vogt", 3], [JONAS, "JK", "Jonas Krüger", 4]


def people(wire: Wire) -> list[tuple[str, list[Any]]]:
    found = wire.take()
    assert {name for name, _ in found} <= {"here", "beat"}
    return [(data["at"], data["people"]) for name, data in found if name == "here"]


def test_who_comes_and_who_leaves_is_told_once():
    streams = hub()
    wire = join(streams)
    tell(streams, sign(), START)
    assert people(wire) == [("board", [VOGT])]
    tell(streams, sign(JONAS, tab="t2"), START + 1)
    assert people(wire) == [("board", [VOGT, KRUEGER])]
    tell(streams, sign(), START + 2)
    assert people(wire) == []
    tell(streams, sign(leaving=True), START + 3)
    assert people(wire) == [("board", [KRUEGER])]
    tell(streams, sign(leaving=True), START + 4)
    assert people(wire) == []


def test_somebody_is_somewhere_as_long_as_one_of_their_tabs_is():
    streams = hub()
    wire = join(streams)
    tell(streams, sign(), START)
    tell(streams, sign(tab="t2"), START)
    people(wire)
    tell(streams, sign(leaving=True), START)
    assert people(wire) == []
    tell(streams, sign(tab="t2", at="contact-17"), START)
    assert people(wire) == [("board", []), ("contact-17", [VOGT])]


def test_who_gives_no_sign_is_forgotten_within_half_a_minute():
    streams = hub()
    wire = join(streams)
    tell(streams, sign(), START)
    people(wire)
    streams.tick(START + LASTS)
    assert people(wire) == []
    streams.tick(START + LASTS + 1)
    assert people(wire) == [("board", [])]
    assert (streams.presence.places, streams.presence.tabs) == ({}, {})


def test_people_at_a_contact_are_told_to_those_who_may_see_it():
    streams = hub()
    sofia, jonas = join(streams, is_limited=True), join(streams, user=JONAS, is_limited=True)
    marketing, theirs = join(streams, user=PAUL, works_contacts=False), join(streams, office=THEIRS)
    tell(streams, sign(), START)
    assert [people(wire) for wire in (sofia, jonas)] == [[("board", [VOGT])]] * 2
    assert (marketing.text, theirs.text) == ("", "")
    tell(streams, sign(at="contact-17", tab="t2", contacts=[Seen(17, SOFIA, SOFIA)]), START)
    assert people(sofia) == [("contact-17", [VOGT])]
    assert (jonas.text, marketing.text, theirs.text) == ("", "", "")
    tell(streams, told(Kind.ASSIGNED, [Seen(17, SOFIA, JONAS)]), START)
    assert [name for name, _ in opened(streams, START, user=JONAS, is_limited=True)] == ["hello", "here", "here"]
    assert [name for name, _ in opened(streams, START, is_limited=True)] == ["hello", "here"]
    assert [name for name, _ in opened(streams, START, works_contacts=False)] == ["hello"]


def test_people_at_the_list_are_told_to_everybody_of_the_office():
    streams = hub()
    wires = [join(streams, user=JONAS, is_limited=True), join(streams, user=PAUL, works_contacts=False)]
    theirs = join(streams, office=THEIRS)
    tell(streams, sign(at="list"), START)
    assert [people(wire) for wire in wires] == [[("list", [VOGT])]] * 2
    tell(streams, told(Kind.EDITED, None), START)
    assert [place.at for place in streams.presence.places] == ["list"]
    assert theirs.text == ""


def test_so_many_tabs_of_a_user_are_remembered_and_no_more():
    streams = hub()
    for number in range(TABS + 5):
        tell(streams, sign(tab=f"t{number}", at=f"contact-{number + 1}"), START)
        tell(streams, sign(JONAS, tab="t0"), START)
    assert [place.at for place in streams.presence.places if place.at != "board"] == [
        f"contact-{number + 1}" for number in range(5, TABS + 5)
    ]
    assert len(streams.presence.tabs) == TABS + 1
    tell(streams, sign(tab="t9", at="contact-10"), START)
    assert len(streams.presence.tabs) == TABS + 1, "it is known"


def test_that_the_last_one_left_a_contact_is_told_to_those_who_may_see_it_and_nobody_else():
    streams = hub()
    sofia, jonas = join(streams, is_limited=True), join(streams, user=JONAS, is_limited=True)
    for leave in (
        lambda: tell(streams, sign(at="contact-17", leaving=True), START + 1),
        lambda: streams.tick(START + LASTS + 1),
        lambda: tell(streams, told(Kind.ACCESS, of=SOFIA), START + 1),
    ):
        tell(streams, sign(at="contact-17", contacts=[Seen(17, SOFIA, SOFIA)]), START)
        sofia.take()
        leave()
        assert [data["people"] for name, data in sofia.take() if name == "here"] == [[]]
        assert people(jonas) == []


def test_whose_contact_it_is_comes_with_each_sign():
    streams = hub()
    jonas = join(streams, user=JONAS, is_limited=True)
    tell(streams, sign(at="contact-17", contacts=[Seen(17, SOFIA, SOFIA)]), START)
    assert jonas.text == ""
    tell(streams, sign(at="contact-17", contacts=[Seen(17, JONAS, JONAS)]), START + 1)
    assert people(jonas) == [("contact-17", [VOGT])]
    tell(streams, sign(at="contact-17", contacts=[Seen(17, SOFIA, SOFIA)]), START + 2)
    tell(streams, sign(JONAS, at="contact-17", tab="t2", contacts=[Seen(17, SOFIA, SOFIA)]), START + 3)
    assert jonas.text == ""


def test_after_many_were_changed_nobody_is_at_a_contact_until_the_next_sign():
    streams = hub()
    tell(streams, sign(at="contact-17", contacts=[Seen(17, SOFIA, SOFIA)]), START)
    tell(streams, sign(JONAS, at="board", tab="t2"), START)
    sofia, jonas = join(streams, is_limited=True), join(streams, user=JONAS, is_limited=True)
    tell(streams, told(Kind.ASSIGNED, None, office=THEIRS), START + 1)
    assert people(sofia) == []
    tell(streams, told(Kind.ASSIGNED, None), START + 2)
    assert [[data for name, data in wire.take() if name == "here"] for wire in (sofia, jonas)] == [
        [{"at": "contact-17", "people": []}],
        [],
    ]
    assert [data["at"] for name, data in opened(streams, START, user=PAUL) if name == "here"] == ["board"]
    tell(streams, sign(at="contact-17", contacts=[Seen(17, JONAS, JONAS)]), START + 3)
    assert [people(wire) for wire in (sofia, jonas)] == [[], [("contact-17", [VOGT])]]


def test_a_new_stream_is_told_who_is_where():
    streams = hub()
    tell(streams, sign(), START)
    assert opened(streams, START)[1] == ("here", {"at": "board", "people": [VOGT]})


def test_changed_rights_forget_where_those_are_whom_they_concern():
    streams = hub()
    tell(streams, sign(), START)
    tell(streams, sign(JONAS, tab="t2"), START)
    wire = join(streams, user=PAUL)
    tell(streams, told(Kind.ACCESS, of=SOFIA), START)
    assert people(wire) == [("board", [KRUEGER])]
    tell(streams, told(Kind.ACCESS), START)
    assert (streams.presence.places, streams.presence.tabs) == ({}, {})

"""What transactions tell open pages: on commit only, with the office and who may see it, once for a bulk change."""

import json
from collections.abc import Iterator

import pytest
from django.db import transaction

from base import notices
from base.notices import Kind, Seen
from tests.listening import Listener, listening


@pytest.fixture
def listener(transactional_db: None) -> Iterator[Listener]:
    with listening() as listener:
        yield listener


def test_a_notice_comes_with_the_commit_and_not_before(listener):
    with transaction.atomic():
        notices.tell(Kind.MOVED, 3, [Seen(17, 5, 6, 8)], [2, None, 1, 2], user=9)
        assert listener.heard() == []
    assert listener.heard() == [
        {"kind": "moved", "office": 3, "contacts": [[17, 5, 6, 8]], "columns": [1, 2], "user": 9, "origin": ""}
    ]


def test_what_is_rolled_back_is_not_told(listener):
    with transaction.atomic():
        notices.tell(Kind.DUE, 3, [Seen.kept(17, None)])
        transaction.set_rollback(True)
    with transaction.atomic(), pytest.raises(ValueError), transaction.atomic(), notices.as_one(Kind.DUE):
        notices.tell(Kind.DUE, 3, [Seen.kept(17, None)])
        raise ValueError
    assert listener.heard() == []


def test_a_verb_made_of_others_is_told_as_done_by_whoever_did_a_part_of_it(listener):
    """What follows by itself has no user; two have no name in common."""
    for users in ((9, None), (None, 9), (9, 8, None), (None,)):
        with notices.as_one(Kind.MOVED):
            for user in users:
                notices.tell(Kind.DUE, 3, [Seen.kept(17, None)], user=user)
    assert [told["user"] for told in listener.heard()] == [9, 9, None, None]


def test_a_notice_names_the_tab_it_came_from(listener):
    with notices.coming_from("k3f9"):
        notices.tell(Kind.SERIES, 3)
    notices.tell(Kind.SERIES, 3)
    assert [told["origin"] for told in listener.heard()] == ["k3f9", ""]


@pytest.mark.parametrize("tab", ["", "k3f9 ", "ä", "x" * 33, "k3\nf9", '"', "½"])
def test_what_is_no_tab_is_none(tab: str):
    with notices.coming_from(tab):
        assert notices.origin.get() == ""


def test_many_contacts_are_not_named():
    assert json.loads(notices.payload(Kind.EDITED, 3, [Seen.kept(pk, None) for pk in range(101)]))["contacts"] is None
    named = json.loads(notices.payload(Kind.EDITED, 3, (Seen.kept(pk, None) for pk in range(100))))["contacts"]
    assert named == [[pk, None, None, None] for pk in range(100)]
    assert json.loads(notices.payload(Kind.EDITED, 3, None))["contacts"] is None


def test_ids_that_are_too_long_for_postgresql_are_not_named():
    large = 9_000_000_000_000_000_000
    text = notices.payload(Kind.EDITED, large, [Seen(large + pk, large, large, large) for pk in range(100)])
    assert json.loads(text) | {"office": 3} == json.loads(notices.payload(Kind.EDITED, 3, None))


def test_what_is_told_as_one_is_one_notice_for_each_office(listener):
    with transaction.atomic(), notices.as_one(Kind.ACTED):
        notices.tell(Kind.ASSIGNED, 3, [Seen(17, 5, 6)], user=9)
        with notices.as_one(Kind.EDITED):
            notices.tell(Kind.MOVED, 3, [Seen(17, 6, 7, 8), Seen(18, None, None)], [1], user=9)
            notices.tell(Kind.COLUMNS, 3, columns=[2], user=9)
            notices.tell(Kind.SERIES, 4, user=10)
        notices.tell(Kind.MAILED, 3, [Seen(17, 7, None)], user=9)
        notices.tell(Kind.MAILED, 4, None)
    told = {"kind": "acted", "origin": ""}
    ours = told | {"office": 3, "contacts": [[17, 5, None, 8], [18, None, None, None]], "columns": [1, 2], "user": 9}
    theirs = told | {"office": 4, "contacts": None, "columns": [], "user": 10}
    assert listener.heard() == [ours, theirs]


def test_whose_a_contact_was_while_it_arrived_is_not_told(listener):
    with transaction.atomic(), notices.as_one(Kind.ARRIVED):
        notices.tell(Kind.ARRIVED, 3, [Seen.kept(17, None, 1)], [1])
        notices.tell(Kind.ASSIGNED, 3, [Seen(17, None, 5)])
    assert [told["contacts"] for told in listener.heard()] == [[[17, 5, 5, 1]]]


def test_nothing_told_is_no_notice_and_quiet_tells_nothing(listener):
    with transaction.atomic(), notices.as_one(Kind.ACTED), notices.quiet():
        notices.tell(Kind.MOVED, 3, [Seen(17, 5, 6)])
        assert notices.payload(Kind.MOVED, 3) is None
    assert listener.heard() == []


def test_more_facts_travel_along(listener):
    notices.tell(Kind.IMPORTED, 3, None, **{"import": 12})
    assert [told["import"] for told in listener.heard()] == [12]

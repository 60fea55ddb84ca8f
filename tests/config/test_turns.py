"""The turns of the offices in a process of the web server. The times are invented."""

from itertools import count

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from config.turns import NOBODY, PATIENCE, STIR, Sessions, Turn, Turns
from tests.factories import PASSWORD
from tests.intake.hooking import hook_of, where

ANNAS, PAULS = 1, 2


@pytest.fixture
def turns() -> Turns:
    return Turns(places=2)


def stand(turns: Turns, request: str, now: float) -> Turn:
    turn = turns.ask(ANNAS, now)
    assert turn.is_waiting
    turns.stand(turn, request)
    return turn


def test_an_office_that_has_all_its_places_leaves_those_of_others_free(turns):
    assert [turns.ask(ANNAS, now).has_place for now in (0, 0, 0.1)] == [True, True, False]
    assert turns.ask(PAULS, 0.1).has_place
    assert turns.ask(None, 0.1).has_place


def test_a_line_moves_on_in_its_order_as_soon_as_a_request_ends(turns):
    first, _second = turns.ask(ANNAS, 0), turns.ask(ANNAS, 0)
    stand(turns, "third", 0.1)
    stand(turns, "fourth", 0.2)
    assert turns.due(0.3) == []
    turns.end(first, 0.4)
    assert turns.ask(ANNAS, 0.4).is_waiting  # nobody jumps the queue
    assert turns.due(0.4) == ["third"]
    assert turns.due(0.4) == []


def test_a_place_that_got_free_before_the_request_stood_in_line_is_not_missed(turns):
    first, _second, late = (turns.ask(ANNAS, 0) for _ in range(3))
    turns.end(first, 0.1)
    turns.stand(late, "late")
    assert turns.due(0.1) == ["late"]
    assert not late.is_refused


def test_a_long_line_behind_slow_work_is_patient(turns):
    """However busy the machine is: requests that are worked on, if only a little, keep nobody from waiting."""
    worked = count(0, 2 * STIR)
    working = [turns.ask(ANNAS, 0), turns.ask(ANNAS, 0)]
    for turn in working:
        turn.begin(lambda: next(worked), 0)
    late = stand(turns, "late", 0)
    for now in range(60):
        assert turns.due(now) == []
    turns.end(working[0], 60.5)
    assert turns.due(60.5) == ["late"]
    assert not late.is_refused


def test_a_line_behind_requests_that_all_wait_is_refused(turns):
    first, _second = turns.ask(ANNAS, 0), turns.ask(ANNAS, 0)
    third = stand(turns, "third", 0.1)
    fourth = stand(turns, "fourth", PATIENCE)
    assert turns.due(PATIENCE) == []
    assert turns.due(PATIENCE + 0.2) == ["third"]
    assert third.is_refused
    turns.end(third, PATIENCE + 0.2)  # had no place to give back
    turns.end(first, PATIENCE + 0.3)
    assert turns.due(PATIENCE + 0.3) == ["fourth"]
    assert not fourth.is_refused


def test_a_line_is_refused_too_if_its_office_waits_in_turns(turns):
    """The places get free at different times, but only because the waiting ends in a time-out."""
    first, second = turns.ask(ANNAS, 0), turns.ask(ANNAS, PATIENCE)
    lined_up = [stand(turns, str(number), PATIENCE) for number in range(3)]
    turns.end(first, PATIENCE + 0.1)
    assert turns.due(PATIENCE + 0.1) == ["0"]
    turns.end(second, 2 * PATIENCE + 0.1)
    assert turns.due(2 * PATIENCE + 0.1) == ["1", "2"]
    assert [turn.is_refused for turn in lined_up] == [False, False, True]
    turns.end(lined_up[0], 2 * PATIENCE + 0.2)
    assert turns.ask(ANNAS, 2 * PATIENCE + 0.3).has_place


def cookie(key: str) -> list[tuple[str, str]]:
    return [("HOST", "localhost"), ("COOKIE", f"csrftoken=abc; sessionid={key}; theme=dark")]


def test_a_request_counts_for_the_office_of_its_session(anna, django_assert_num_queries):
    Client().post("/accounts/login/", {"login": anna.email, "password": PASSWORD})
    key, sessions = Session.objects.get().session_key, Sessions()
    with django_assert_num_queries(1):
        assert [sessions.office("/contacts/", cookie(key)) for _ in range(2)] == [anna.account_id] * 2


@pytest.mark.django_db
def test_whoever_is_not_logged_in_counts_for_nobody_and_a_probe_needs_no_place():
    sessions = Sessions()
    assert sessions.office("/accounts/login/", [("HOST", "localhost")]) == NOBODY
    assert sessions.office("/contacts/", cookie("no-such-session")) == NOBODY
    assert sessions.office("/contacts/", cookie("\0")) == NOBODY
    assert [sessions.office(path, []) for path in ("/healthz", "/readyz", "/static/a.css")] == [None] * 3


def test_a_web_hook_counts_for_the_office_of_its_address(anna):
    path = where(hook_of(anna.account))
    assert Sessions().office(path, []) == anna.account_id
    assert Sessions().office("/in/", []) == Sessions().office("/in/guessed/", cookie("x")) == NOBODY

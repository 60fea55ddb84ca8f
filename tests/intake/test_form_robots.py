"""Robots get the same answer as people: what is suspicious waits for somebody, what is too much is dropped."""

import base64
import json
import time
from datetime import UTC, datetime, timedelta

import altcha
import pytest
from allauth.core.internal import ratelimit
from django.core import mail
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.utils import timezone

from contacts.models import Contact
from funnel.models import OptIn
from intake import arrivals
from intake.models import Arrival, Form, Inlet, InletKind, Result, SpentPuzzle
from intake.taking import take_waiting
from intake.website import puzzles, tokens
from intake.website.submitting import suspicions
from tests.funnel.consenting import with_imprint
from tests.intake.forms import address, online, send, token, typed
from tests.markup import page_of

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
def form(anna):
    with_imprint(anna.account)
    return online(anna)


def waits(form) -> None:
    """It lies in the tray, marked; nothing else has happened."""
    arrival = Arrival.objects.get()
    assert arrival.result == Result.REFUSED
    assert "Roboter" in arrival.reason and arrival.contact_id is None
    assert (Contact.objects.count(), OptIn.objects.count(), mail.outbox) == (0, 0, [])


@pytest.mark.parametrize(
    "given",
    [
        {"website": "https://spam.example"},
        {"seconds": 1},
        {"seconds": 25 * 3600},
        {"token": "gefälscht"},
        {"token": ""},
    ],
    ids=["trap", "too fast", "too old", "forged", "no token"],
)
def test_what_is_suspicious_waits_and_is_answered_alike(form, given):
    sound, found = send(form, email="berta@post.example", last_name="Berg"), {}
    Arrival.objects.all().delete()
    Contact.objects.all().delete()
    found = send(form, c_email="on", **given)
    assert (found.status_code, found["Location"]) == (sound.status_code, sound["Location"])
    waits(form)


def test_what_somebody_has_looked_at_is_taken_in_with_its_consents(form, anna, login):
    send(form, c_phone="on", website="https://ada.example")
    arrival = Arrival.objects.get()
    page = login(anna).get(f"/intake/{arrival.pk}/").content.decode()
    assert "Doch übernehmen" in page and "ada@post.example" in page
    login(anna).post(f"/intake/{arrival.pk}/reading/")
    arrival.refresh_from_db()
    assert (arrival.result, arrival.contact) == (Result.NEW, Contact.objects.get())
    assert arrival.contact.consents.get().channel == "phone"


def test_the_worker_takes_no_suspicious_submission_in(form):
    """Whoever kept it was killed before it was read."""
    send(form, website="x")
    Arrival.objects.update(result=Result.WAITING, read=None, reason="", due_at=NOW - timedelta(days=365))
    take_waiting(now=timezone.now())
    waits(form)


@pytest.mark.parametrize(("seconds", "reasons"), [(2.9, ["fast"]), (3, []), (86400, []), (86401, ["old"])])
def test_the_time_between_is_three_seconds_and_a_day(form, seconds, reasons):
    shown = tokens.read(form, tokens.issue(form, [], NOW))
    assert suspicions({}, shown, NOW + timedelta(seconds=seconds)) == reasons


def test_a_token_is_of_one_form(form, anna):
    other = online(anna, name="Ratgeber")
    send(form, token=token(other))
    waits(form)


def test_the_trap_is_hidden_from_people_and_not_filled_by_browsers(form):
    page = page_of(Client().get(address(form)))
    trap = page[page.index('class="trap"') :]
    assert 'aria-hidden="true"' in trap[:60]
    assert 'autocomplete="off" tabindex="-1"' in trap[: trap.index("</div>")]


def test_above_the_limit_of_a_caller_is_dropped_counted_and_answered_alike(form, settings, anna, login):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"form": "3/m/ip"}
    answers = [send(form, email=f"a{number}@post.example", last_name=f"Lenz{number}") for number in range(5)]
    assert {(one.status_code, one["Location"]) for one in answers} == {(302, f"{address(form)}thanks/")}
    assert Arrival.objects.count() == 3
    assert Inlet.objects.get(pk=form.inlet_id).dropped == 2
    assert "Bewertung: 2 Sendungen wurden verworfen" in page_of(login(anna).get("/intake/"))


def four_callers(form, **body: str) -> None:
    for number in range(4):
        client = Client(REMOTE_ADDR=f"192.0.2.{number}")
        client.post(address(form), {"token": token(form)} | typed(form) | body)


def test_an_office_has_a_limit_too(form, settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"form_office": "2/h/key"}
    four_callers(form)
    assert Arrival.objects.count() == 2
    assert Inlet.objects.get(pk=form.inlet_id).dropped == 2


def test_nobody_is_dropped_because_a_killed_process_holds_the_lock_of_a_limit(form, settings, monkeypatch):
    monkeypatch.setattr(ratelimit, "CACHE_LOCK_WAIT_TIMEOUT", 0)
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"form_office": "2/h/key"}
    held = ratelimit.get_cache_key(
        RequestFactory().post("/"),
        app="allauth.account",
        action="form_office",
        rate=ratelimit.parse_rate("2/h/key"),
        key=str(form.account_id),
    )
    cache.add(f"{held}:lock", True)
    send(form)
    assert (Arrival.objects.get().result, Inlet.objects.get(pk=form.inlet_id).dropped) == (Result.NEW, 0)
    cache.set(held, [time.time()] * 2)  # used up, as far as anybody can see
    send(form, last_name="Otto")
    assert (Arrival.objects.count(), Inlet.objects.get(pk=form.inlet_id).dropped) == (1, 1)


def test_above_the_limit_of_an_address_somebody_looks_before_it_is_taken_in(form, settings):
    """Or strangers could type it until nobody hears its owner any more."""
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"form_address": "2/d/key"}
    four_callers(form)
    results = Arrival.objects.order_by("pk").values_list("result", flat=True)
    assert list(results) == [Result.NEW, Result.AGAIN, Result.REFUSED, Result.REFUSED]
    assert "sehr oft" in Arrival.objects.latest("pk").reason
    assert Inlet.objects.get(pk=form.inlet_id).dropped == 0


def test_robots_use_up_neither_the_limit_of_the_office_nor_that_of_an_address(form, settings):
    limits = {"form_address": "2/d/key", "form_office": "2/h/key", "form_suspicious": "3/d/key"}
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | limits
    four_callers(form, website="x")
    assert Arrival.objects.filter(result=Result.REFUSED).count() == 3
    assert Inlet.objects.get(pk=form.inlet_id).dropped == 1
    assert Client(REMOTE_ADDR="192.0.2.9").post(address(form), {"token": token(form)} | typed(form)).status_code == 302
    assert Arrival.objects.latest("pk").result == Result.NEW


def answer(form, now=None) -> str:
    """What a browser sends that has solved a puzzle of the form."""
    puzzle = altcha.Challenge.from_dict(puzzles.issue(form, now or timezone.now()))
    return altcha.Payload(puzzle, altcha.solve_challenge(puzzle)).to_base64()


@pytest.fixture
def guarded(form, monkeypatch):
    """A form with a puzzle, which is cheap here."""
    monkeypatch.setattr(puzzles, "COST", 1)
    Form.objects.update(has_puzzle=True)
    form.refresh_from_db()
    return form


def test_a_puzzle_of_the_form_is_solved_by_whoever_sends_it(guarded):
    puzzle = Client().get(f"{address(guarded)}puzzle/")
    found = altcha.Challenge.from_dict(puzzle.json())
    assert "no-store" in puzzle["Cache-Control"] and not puzzle.cookies
    solution = altcha.Payload(found, altcha.solve_challenge(found)).to_base64()
    assert send(guarded, altcha=solution).status_code == 302
    assert Arrival.objects.get().result == Result.NEW
    assert SpentPuzzle.objects.get().signature == found.signature


def doubted(form, number: int = 1) -> None:
    """The last of so many waits, and says why."""
    last = Arrival.objects.latest("pk")
    assert Arrival.objects.count() == number and last.result == Result.REFUSED
    assert "Rechenaufgabe" in last.reason


@pytest.mark.parametrize(
    "given", ["", "x", "e30=", "bnVsbA==", "[]", "W10=", "eyJjaGFsbGVuZ2UiOltdLCJzb2x1dGlvbiI6W119"]
)
def test_without_the_solution_somebody_looks_first(guarded, given):
    assert send(guarded, altcha=given)["Location"] == f"{address(guarded)}thanks/"
    doubted(guarded)
    assert Contact.objects.count() == 0 and SpentPuzzle.objects.count() == 0


def test_a_solution_counts_once(guarded):
    once = answer(guarded)
    send(guarded, altcha=once)
    send(guarded, altcha=once, email="berta@post.example", last_name="Berg")
    doubted(guarded, 2)


def test_the_same_click_twice_is_one_that_counts(guarded):
    body = {"token": token(guarded), "altcha": answer(guarded)} | typed(guarded)
    assert {Client().post(address(guarded), body).status_code for _ in range(2)} == {302}
    assert Arrival.objects.get().result == Result.NEW


def test_a_solution_is_of_one_form(guarded, anna):
    other = online(anna, name="Ratgeber")
    Form.objects.update(has_puzzle=True)
    send(guarded, altcha=answer(other))
    doubted(guarded)


def test_a_solution_is_too_late_after_ten_minutes(guarded):
    send(guarded, altcha=answer(guarded, timezone.now() - timedelta(minutes=10, seconds=1)))
    doubted(guarded)


@pytest.mark.parametrize(
    "part", [{"expiresAt": 2_000_000_000}, {"data": {"form": 1, "f": 2}}, {"cost": 0}, {"keyPrefix": ""}]
)
def test_nothing_of_a_puzzle_can_be_altered(guarded, part):
    """Neither is it put together from the parts of several (CVE-2025-68113)."""
    sent = json.loads(base64.b64decode(answer(guarded)))
    sent["challenge"]["parameters"] |= part
    send(guarded, altcha=base64.b64encode(json.dumps(sent).encode()).decode())
    doubted(guarded)


def test_used_puzzles_are_forgotten_once_they_have_expired(guarded):
    send(guarded, altcha=answer(guarded))
    assert puzzles.forget(now=timezone.now()) == 0
    assert puzzles.forget(now=timezone.now() + timedelta(minutes=11)) == 1
    assert SpentPuzzle.objects.count() == 0


def test_robots_without_a_solution_leave_what_is_left_to_people(guarded, settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"form_office": "2/h/key"}
    four_callers(guarded)
    Client(REMOTE_ADDR="192.0.2.9").post(
        address(guarded), {"token": token(guarded), "altcha": answer(guarded)} | typed(guarded)
    )
    assert Arrival.objects.latest("pk").result == Result.NEW


def test_only_a_form_with_a_puzzle_may_run_workers(guarded):
    asked = Client().get(address(guarded))
    assert "worker-src 'self'" in asked["Content-Security-Policy"] and "altcha-widget" in page_of(asked)
    Form.objects.update(has_puzzle=False)
    plain = Client().get(address(guarded))
    assert "worker-src" not in plain["Content-Security-Policy"] and "altcha" not in page_of(plain)


def test_what_is_beyond_the_limit_of_the_form_is_counted(form, monkeypatch):
    """The count is not taken back with what could not be kept."""
    monkeypatch.setitem(arrivals.LIMITS, InletKind.FORM, arrivals.Limit(1, 1, 10_000))
    send(form)
    send(form, email="berta@post.example")
    assert (Arrival.objects.count(), Inlet.objects.get(pk=form.inlet_id).dropped) == (1, 1)


def test_robots_leave_room_in_the_form_for_people(form, monkeypatch):
    monkeypatch.setitem(arrivals.LIMITS, InletKind.FORM, arrivals.Limit(3, 3, 10_000))
    monkeypatch.setattr(arrivals, "DOUBTED", arrivals.Limit(1, 1, 10_000))
    for number in range(3):
        send(form, website="x", email=f"a{number}@post.example")
    assert Inlet.objects.get(pk=form.inlet_id).dropped == 2
    send(form)
    assert Arrival.objects.latest("pk").result == Result.NEW

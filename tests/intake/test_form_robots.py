"""Robots get the same answer as people: what is suspicious waits for somebody, what is too much is dropped."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from contacts.models import Contact
from funnel.models import OptIn
from intake.models import Arrival, Inlet, Result
from intake.taking import take_waiting
from intake.website import tokens
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

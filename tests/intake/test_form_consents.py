"""Consents given in a form: evidence of what somebody read, and no mail but the one that asks to confirm it."""

import pytest
from django.test import Client
from django.utils import timezone

from contacts.models import Consent, Contact
from funnel.models import Message, OptIn
from intake.website import building
from pipeline import attested
from tests.funnel.consenting import with_imprint
from tests.intake.forms import address, send, token, typed, wording
from tests.intake.forms import online as online_form


@pytest.fixture
def form(anna):
    with_imprint(anna.account)
    return online_form(anna)


def test_a_long_page_does_not_push_out_the_ip():
    given = attested.Agreed("phone", True, place="https://krueger.example/" + "x" * 300, ip="192.0.2.7")
    place = attested.place_of(given)
    assert (len(place), place[-13:]) == (200, "xx, 192.0.2.7")
    assert attested.place_of(given._replace(place="")) == "192.0.2.7"
    assert attested.place_of(given._replace(place="Messe", ip="")) == "Messe"


def test_a_consent_names_what_it_is_for(form):
    """Consent in calls needs the number."""
    assert send(form, phone="", c_phone="on").status_code == 422
    assert send(form, c_phone="on").status_code == 302
    (given,) = Contact.objects.get().consents.all()
    assert (given.channel, given.granted, given.address) == ("phone", True, "+491701234567")


def test_consent_becomes_evidence_and_only_the_question_goes_out(form, settings):
    before = timezone.now()
    send(form, c_email="on")
    contact, read = Contact.objects.get(), wording(form, "email")
    (given,) = contact.consents.all()
    assert (given.channel, given.granted, given.method, given.address) == ("email", True, "form", "ada@post.example")
    assert (given.wording, given.wording_version) == (read.text, "1")
    assert given.place == f"{settings.BASE_URL}{address(form)}" and given.occurred_at >= before
    assert not given.is_proven
    asked = OptIn.objects.get(contact=contact)
    assert (asked.address, asked.asked_from) == ("ada@post.example", "Bewertung")
    assert Message.objects.count() == 0


def test_without_a_tick_nobody_is_asked(form):
    send(form)
    assert (Consent.objects.count(), OptIn.objects.count()) == (0, 0)


def test_what_somebody_read_counts_not_what_replaced_it(form, anna):
    shown, read = token(form), wording(form, "phone").text
    building.reword(user=anna, form_id=form.pk, channel="phone", text="Ganz andere Worte.", now=timezone.now())
    body = {"token": shown, "c-phone": "on"} | typed(form)
    Client().post(address(form), body)
    assert Consent.objects.get(channel="phone").wording == read
    assert Consent.objects.get(channel="phone").wording_version == "1"


def test_the_page_around_the_frame_is_evidence_only_if_it_is_of_the_office(form):
    form.frame_origins = "https://www.krueger.example"
    form.save()
    send(form, c_phone="on", page="https://www.krueger.example/verkaufen")
    send(
        form, email="b@post.example", last_name="Berg", phone="0170 1234568", c_phone="on", page="https://evil.example/"
    )
    places = [one.place for one in Consent.objects.order_by("pk")]
    assert "https://www.krueger.example/verkaufen" in places[0]
    assert "evil" not in places[1] and "/f/krueger-immobilien/bewertung/" in places[1]


def test_a_strangers_address_gets_one_question_however_often_it_is_entered(form, settings):
    """B48."""
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"form": "1000/m/ip", "form_address": "1000/d/key"}
    answers = [send(form, c_email="on", message=f"Nachricht {number}") for number in range(8)]
    assert len({(one.status_code, one["Location"]) for one in answers}) == 1
    assert OptIn.objects.count() == 1
    assert OptIn.objects.get().asked_at <= timezone.now()

"""Replies that may be objections: nothing is sent until a colleague has decided."""

import pytest

from contacts.models import Consent
from funnel.models import Message, MessageReason, Suppression
from funnel.permission import eligibility
from funnel.replies import inbox
from tests.funnel.mailing import live, move
from tests.funnel.test_processing import NOW, case, dan, sent  # noqa: F401  (the scene)
from tests.markup import page_of


@pytest.fixture
def doubted(dan, sent):  # noqa: F811
    inbox.receive(case("reply-objection", sent), now=NOW)
    return dan


def decide(client, contact, objects: str):
    return client.post(f"/contacts/{contact.pk}/doubt/", {"objects": objects})


def test_no_series_starts_before_the_decision(anna, board, doubted):
    move(anna, doubted, board["Neue Kontakte"], now=NOW)
    assert live(doubted) == []
    assert eligibility.missing(doubted) == MessageReason.SUPPRESSED


def test_colleagues_are_asked_on_the_contact_page_the_funnel_page_and_in_the_outbox(login, anna, sofia, mara, doubted):
    page = page_of(login(sofia).get(f"/contacts/{doubted.pk}/"))
    assert "data-doubt" in page
    assert "Nein, kein Widerspruch" in page
    assert "„Bitte keine weiteren E-Mails, ich widerspreche der Werbung." in page
    for address in ("/funnel/", "/funnel/outbox/"):
        assert "data-doubts" in page_of(login(anna).get(address))
        assert "data-doubts" not in page_of(login(mara).get(address))


def test_a_confirmed_objection_suppresses_the_address(login, sofia, krueger, doubted):
    assert decide(login(sofia), doubted, "1").status_code == 302
    assert Suppression.objects.of(krueger).get().reason == "objection"
    newest = Consent.objects.filter(contact=doubted).order_by("-pk").first()
    assert (newest.granted, newest.place) == (False, "Antwort auf eine E-Mail")
    assert "data-doubt" not in page_of(login(sofia).get(f"/contacts/{doubted.pk}/"))


def test_a_denied_objection_lifts_the_suppression(login, sofia, doubted):
    client = login(sofia)
    assert decide(client, doubted, "0").status_code == 302
    assert Suppression.objects.count() == 0
    assert eligibility.missing(doubted) == ""
    assert decide(client, doubted, "0").status_code == 302


def test_an_address_that_bounced_meanwhile_stays_suppressed(login, sofia, krueger, doubted, sent):  # noqa: F811
    inbox.receive(case("dsn-Gmail-unknown", sent), now=NOW)
    decide(login(sofia), doubted, "0")
    assert Suppression.objects.of(krueger).get().reason == "bounce"


def test_an_invalid_decision_is_refused(login, sofia, doubted):
    assert decide(login(sofia), doubted, "vielleicht").status_code == 422
    assert Message.objects.filter(is_in_doubt=True).count() == 1

"""Consents that arrive: what was said when, for which address, and by whom."""

from typing import Any

import pytest

from base import journal
from contacts import consent
from contacts.models import Action, Consent
from funnel.models import OptIn
from intake import taking
from intake.models import Arrival
from pipeline import leads
from tests.intake.arriving import NOW, OLGA, kept, later


def take(arrival: Arrival, seconds: float = 0) -> Arrival:
    return taking.take(arrival.pk, later(seconds))


def asking(channel: str = "email", *, granted: bool = True) -> dict[str, Any]:
    return {"channel": channel, "granted": granted, "wording": "Ja, gern."}


def test_what_is_read_late_was_said_when_it_arrived(hook, anna, trusted):
    arrival = kept(hook, OLGA | {"consents": [asking()]})
    contact = leads.add(account=anna.account, actor=anna, values={"email": "olga@st.example"}, now=NOW)
    consent.attest(contact=contact, channel="email", granted=False, method="spoken", now=later(60))
    assert take(arrival, 3600).contact == contact
    given = Consent.objects.get(granted=True)
    assert (given.occurred_at, Action.objects.get(kind="inquiry").performed_at) == (NOW, NOW)
    assert not next(one for one in consent.states(contact) if one.channel == "email").granted


def test_nobody_asks_after_their_inquiry_arrived(hook):
    take(kept(hook, OLGA | {"occurred_at": later(1800).isoformat()}), 3600)
    assert Action.objects.get().performed_at == NOW


@pytest.mark.parametrize("channel", ["email", "phone"])
def test_a_consent_without_an_address_or_number_counts_for_none(hook, trusted, channel):
    take(kept(hook, {"facts": {"last_name": "Otto"}, "consents": [asking(channel)]}))
    assert not Consent.objects.exists()
    assert "erteilt, aber ohne Adresse oder Nummer" in Action.objects.get().text


def test_a_sender_who_proves_it_takes_a_consent_back(hook, trusted):
    contact = take(kept(hook, OLGA | {"consents": [asking()]})).contact
    for number in (60, 120):  # a second time there is nothing to take back
        take(kept(hook, OLGA | {"consents": [asking(granted=False)]}, now=later(number)), number)
    assert [row.granted for row in consent.evidence(contact)] == [True, False]
    assert not next(one for one in consent.states(contact) if one.channel == "email").granted


def test_what_others_send_takes_nothing_back_but_is_said(hook, anna):
    contact = take(kept(hook, OLGA | {"consents": [asking()]})).contact
    take(kept(hook, OLGA | {"consents": [asking(granted=False)]}, now=later(60)), 60)
    assert [row.granted for row in consent.evidence(contact)] == [True]
    assert "Einwilligung (email): nicht erteilt" in Action.objects.order_by("pk").last().text
    assert contact.card.asked_again_at == later(60)


@pytest.fixture
def trusted(hook):
    hook.trusts_consents = True
    hook.save()


def test_a_stranger_does_not_undo_a_withdrawal_of_calls(hook, anna):
    called = OLGA | {"phones": [["mobile", "0151 55501234"]], "consents": [asking("phone")]}
    contact = take(kept(hook, called)).contact
    assert _may_call(contact)
    said = {"channel": "phone", "granted": False, "method": "spoken", "now": later(60)}
    consent.record(contact=contact, actor=anna, **said)
    take(kept(hook, called, now=later(120)), 120)
    assert contact.consents.count() == 3 and not _may_call(contact)


def _may_call(contact):
    return next(one for one in consent.states(contact) if one.channel == "phone").granted


@pytest.mark.parametrize(("is_trusted", "method"), [(False, "form"), (True, "double_opt_in")])
def test_that_a_mail_was_answered_is_believed_only_of_who_proves_it(hook, is_trusted, method):
    hook.trusts_consents = is_trusted
    hook.save()
    take(kept(hook, OLGA | {"consents": [asking() | {"method": "double_opt_in"}]}))
    assert Consent.objects.get().method == method


def test_a_refusal_of_who_never_agreed_is_not_in_the_journal(hook):
    before = _journal()
    take(kept(hook, OLGA | {"consents": [asking(granted=False)]}))
    assert not Consent.objects.get().granted and _journal() == before


def _journal() -> str:
    return journal.path().read_text() if journal.path().exists() else ""


@pytest.mark.parametrize("more", [{"wording": "Ja. " * 501}, {"wording_version": "2026-11-28 " * 4}])
def test_a_wording_that_is_too_long_is_no_evidence_and_is_said(hook, more):
    """Cut off, it would be another one."""
    take(kept(hook, OLGA | {"consents": [asking() | more]}))
    assert not Consent.objects.exists() and not OptIn.objects.exists()
    assert "zu lang für einen Nachweis" in Action.objects.get().text
    take(kept(hook, OLGA | {"consents": [asking(granted=False) | more]}, now=later(60)), 60)
    assert [row.granted for row in Consent.objects.all()] == [False]

"""Concurrent unsubscribing, claiming and requests for consent."""

from datetime import timedelta

import pytest
from django.utils import timezone

from contacts.models import Action, Consent
from funnel import opt_in
from funnel.models import Message, OptIn, Suppression
from funnel.permission.tokens import read, unsubscribe_token
from funnel.replies import withdrawal
from funnel.sending import claiming
from tests.factories import ContactFactory
from tests.funnel.consenting import consenting, enrol, series, with_imprint
from tests.pipeline.working import empty_queue, work
from tests.prove.racing import race, tally

ADDRESS = "klara@lead.example"
ROUNDS = 10


@pytest.fixture
def couple(transactional_db, krueger):
    with_imprint(krueger)
    yield [consenting(krueger, ADDRESS, first_name=name) for name in ("Klara", "Karl")]
    empty_queue()


@pytest.fixture
def leads(transactional_db, krueger):
    """Two contacts with one address and without consent."""
    with_imprint(krueger)
    yield [ContactFactory(account=krueger, email=ADDRESS) for _ in range(2)]
    empty_queue()


def test_concurrent_unsubscribing_objecting_and_sending(couple, krueger, anna):
    """B45: one suppression, and one withdrawal and action per contact; nothing is claimed afterwards."""
    sequence = series(krueger)
    now = timezone.now()
    links = [read(unsubscribe_token(Message(account=krueger, contact=one, address=ADDRESS))) for one in couple]
    later = now + timedelta(hours=1)

    def prepare(turn):
        for model in (Suppression, Message, Action):
            model.objects.all().delete()
        Consent.objects.filter(granted=False).delete()
        for contact in couple:
            contact.enrolments.all().delete()
        enrol(couple[0], sequence, now=now)
        Message.objects.update(planned_for=now)

    def object_(turn):
        withdrawal.object_to(user=anna, contact_id=couple[1].pk, method="spoken", now=later)

    def sweep(turn):
        claiming.claim(claiming.due(later), now=later)

    clients = [
        lambda turn: withdrawal.unsubscribe(unsubscription=links[0], now=later),
        lambda turn: withdrawal.unsubscribe(unsubscription=links[1], now=later),
        object_,
        sweep,
    ]
    for _ in range(ROUNDS):
        assert tally(race(clients, prepare=prepare)) == {"None": 4}
        assert Suppression.objects.count() == 1
        assert sorted(Consent.objects.filter(granted=False).values_list("contact", flat=True)) == sorted(
            contact.pk for contact in couple
        )
        assert Action.objects.filter(kind="opt_out").count() == 2
        claiming.claim(claiming.due(later), now=later)
        assert not Message.objects.filter(state__in=("planned", "claimed")).exists()


def test_ten_concurrent_requests_ask_once(leads, sofia):
    """B48, also for two contacts who share the address."""
    now = timezone.now()
    asking = [
        lambda turn, contact=leads[place % 2]: opt_in.ask(user=sofia, contact_id=contact.pk, now=now) and None
        for place in range(10)
    ]
    assert tally(race(asking)) == {"None": 10}
    assert OptIn.objects.count() == 1


def test_a_request_confirmed_on_five_devices_is_one_consent(leads, sofia):
    now = timezone.now()
    opt_in.ask(user=sofia, contact_id=leads[0].pk, now=now)
    token = opt_in.tokens.opt_in_token(OptIn.objects.get())
    confirming = [lambda turn: opt_in.confirm(token=token, now=now).state.value] * 5
    assert tally(race(confirming)) == {"confirmed": 5}
    assert Consent.objects.filter(method="double_opt_in").count() == 1


def test_the_worker_mails_each_request_once(leads, sofia, mailoutbox):
    now = timezone.now()
    for contact in leads:
        opt_in.ask(user=sofia, contact_id=contact.pk, now=now)
    work()
    (mail,) = [mail for mail in mailoutbox if mail.to == [ADDRESS]]
    token = opt_in.tokens.opt_in_token(OptIn.objects.get())
    assert f"http://testserver/c/{token}/" in mail.body

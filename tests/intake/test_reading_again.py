"""Reading once more what arrived: by itself, and without mails; and several people who arrived together."""

import json

import pytest

from base.refusals import Conflict
from contacts.models import Action, Contact
from funnel.models import Enrolment, OptIn
from intake import arrivals, deciding, taking
from intake.models import Arrival, Result
from pipeline import leads
from tests.funnel.mailing import ready
from tests.intake.arriving import NOW, OLGA, inlet, kept, later

OTTO = {"facts": {"last_name": "Otto"}, "phones": [["mobile", "0151 55501234"]]}
YES = {"channel": "email", "granted": True, "wording": "Ja, gern."}


def take(arrival: Arrival) -> Arrival:
    return taking.take(arrival.pk, NOW)


def test_one_without_a_name_leaves_the_others_alone(anna, board):
    raw = json.dumps([{"name": "Olga Wagner"}, {"farbe": "blau"}, {"name": "Otto Wels"}]).encode()
    key, sort = "k", "application/json"
    take(arrivals.keep(inlet=inlet(anna.account), key=key, raw=raw, content_type=sort, now=NOW))
    assert [one.result for one in Arrival.objects.order_by("pk")] == [Result.NEW, Result.UNREAD, Result.NEW]
    assert Arrival.objects.get(result=Result.UNREAD).read["further"] == [["farbe", "blau"]]


def test_people_who_were_sent_together_are_read_again_by_themselves(hook, anna):
    first = take(kept(hook, {"message": "?"}, OLGA, {"message": "!"}))
    raw = json.loads(bytes(first.raw))
    raw["people"][2] = OTTO  # as a better reader understands it
    Arrival.objects.filter(pk=first.pk).update(raw=json.dumps(raw).encode())
    unnamed, olga, otto = Arrival.objects.order_by("pk")
    assert deciding.read_again(user=anna, arrival_id=otto.pk, now=later(60)).contact.last_name == "Otto"
    assert [one.result for one in Arrival.objects.order_by("pk")] == [Result.UNREAD, Result.NEW, Result.NEW]
    assert (Contact.objects.count(), Action.objects.count()) == (2, 2)
    assert deciding.read_again(user=anna, arrival_id=unnamed.pk, now=later(60)).result == Result.UNREAD
    leads.erase(Contact.objects.of(hook.account).filter(pk=olga.contact_id))
    assert deciding.read_again(user=anna, arrival_id=unnamed.pk, now=later(60)).read["message"] == "?"


def test_of_several_people_only_those_in_it_are_left(hook, anna):
    first = take(kept(hook, {"message": "?"}, {"message": "!"}))
    Arrival.objects.filter(pk=first.pk).update(raw=json.dumps({"people": [OLGA]}).encode())
    assert deciding.read_again(user=anna, arrival_id=first.pk, now=later(60)).result == Result.NEW
    left = Arrival.objects.get(result=Result.UNREAD)
    assert left.reason == "Darin steht niemand, der anfragt."


def test_reading_again_sends_no_mails(hook, anna):
    ready(anna.account)
    doubted = take(kept(hook, unread="x"))
    said = {"people": [OLGA | {"consents": [YES]}]}
    Arrival.objects.filter(pk=doubted.pk).update(raw=json.dumps(said).encode())
    contact = deciding.read_again(user=anna, arrival_id=doubted.pk, now=later(60)).contact
    assert contact.consents.get().granted
    assert not OptIn.objects.exists() and not Enrolment.objects.exists()


def test_after_a_fault_it_lies_where_it_did_since_the_worker_would_send_mails(hook, anna):
    doubted = take(kept(hook, unread="x"))
    Arrival.objects.filter(pk=doubted.pk).update(raw=b'{"fault": "?"}')
    with pytest.raises(Conflict):
        deciding.read_again(user=anna, arrival_id=doubted.pk, now=later(60))
    assert Arrival.objects.get().result == Result.UNREAD

"""What a web hook learns: fields are mapped by an example, and what lay in the tray is read again, quietly."""

import json
import re
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.models import Action, Consent, Contact
from funnel.models import Message, OptIn
from intake.hooks import learning
from intake.models import Arrival, Result
from tests.funnel.consenting import with_imprint
from tests.intake.arriving import NOW, later
from tests.intake.hooking import hook_of, send
from tests.markup import page_of

FOREIGN = {"a1": "Sander", "a2": "Kim", "b": {"tel": "0151 55501234"}, "c": "Bitte um Rückruf.", "d": "42"}
CHOSEN = {"a1": "last_name", "a2": "first_name", "b.tel": "phone", "c": "message", "d": "omit"}


@pytest.fixture
def hook(anna, board):
    return hook_of(anna.account)


@pytest.fixture
def client(anna, login):
    return login(anna)


def post(inlet, payload: Any = FOREIGN) -> Arrival:
    send(inlet, json.dumps(payload).encode())
    return Arrival.objects.latest("pk")


def chosen(inlet, targets: dict[str, str] = CHOSEN, arrival: int = 0) -> dict[str, Any]:
    """Return what the page sends for these targets."""
    example = learning.example_of(inlet, arrival)
    rows = {f"target-{row.number}": targets.get(row.path, row.target) for row in example.rows}
    return rows | {"arrival": example.arrival.pk}


def teach(client, inlet, **more: Any) -> Any:
    return client.post(f"/settings/inlets/{inlet.pk}/mapping/", chosen(inlet, **more))


def test_the_page_shows_every_value_with_what_it_becomes(hook, client):
    post(hook, FOREIGN | {"mail": "kim@sander.example", "html": "<script>alert(1)</script>"})
    text = page_of(client.get(f"/settings/inlets/{hook.pk}/"))
    assert all(f"<bdi>{path}</bdi>" in text for path in ("a1", "b.tel", "mail"))
    assert "&lt;script&gt;alert(1)" in text and "<script>alert" not in text
    assert '<option value="email" selected>E-Mail-Adresse</option>' in text
    assert '<option value="text">in den Text</option>' in text and '<option value="omit">weglassen</option>' in text


def test_known_senders_come_mapped(anna, board, client):
    hook = hook_of(anna.account, "contact_form_7")
    post(hook, {"your-name": "Kim Sander", "your-email": "kim@sander.example", "_wpcf7": "7"})
    assert {row.path: row.target for row in learning.example_of(hook).rows} == {
        "your-name": "full_name",
        "your-email": "email",
        "_wpcf7": "omit",
    }


def test_what_is_chosen_counts_for_the_next_sending(hook, client):
    post(hook)
    teach(client, hook)
    post(hook, FOREIGN | {"a2": "Kai"})
    contact = Contact.objects.get(first_name="Kai")
    assert (contact.last_name, contact.phone, contact.further) == ("Sander", "0151 55501234", [])
    assert "Bitte um Rückruf." in Action.objects.get(contact=contact).text


def test_only_what_differs_from_the_proposal_is_kept(hook, client):
    post(hook, {"name": "Kim Sander", "x": "1"})
    teach(client, hook, targets={"x": "text"})
    hook.refresh_from_db()
    assert hook.mapping == {"x": "text"}
    teach(client, hook, targets={"x": ""})
    hook.refresh_from_db()
    assert hook.mapping == {}


def test_what_lay_in_the_tray_is_read_again_when_somebody_says_so(hook, client):
    lay = [post(hook, {"a1": f"Sander {number}", "a2": "Kim"}) for number in range(3)]
    assert {one.result for one in lay} == {Result.UNREAD}
    Arrival.objects.update(arrived_at=NOW)
    saved = teach(client, hook)
    assert saved["Location"] == f"/settings/inlets/{hook.pk}/reading/"
    assert 'data-left="3"' in page_of(client.get(saved["Location"]))
    assert Contact.objects.count() == 0  # nobody has said so
    client.post(saved["Location"], {"arrival": "0"})
    assert {one.result for one in Arrival.objects.all()} == {Result.NEW}
    assert set(Arrival.objects.values_list("arrived_at", flat=True)) == {NOW}
    assert set(Action.objects.values_list("performed_at", flat=True)) == {NOW}
    client.post(saved["Location"], {"arrival": "0"})
    assert (Contact.objects.count(), Action.objects.count()) == (3, 3)


def test_reading_again_mails_nobody(hook, anna, client):
    with_imprint(anna.account)
    agreed = FOREIGN | {"e": "kim@sander.example", "f": "ja", "g": "Ich willige ein, E-Mails zu bekommen."}
    targets = CHOSEN | {"e": "email", "f": "consent_email", "g": "consent_wording"}
    post(hook, agreed)
    Contact.objects.all().delete()
    Arrival.objects.create(**kept_as(hook, agreed))
    teach(client, hook, targets=targets)
    again = learning.read_again(user=anna, inlet_id=hook.pk, now=later(0))
    assert (again.contacts, Contact.objects.get().email) == (1, "kim@sander.example")
    assert Consent.objects.get().granted
    assert (OptIn.objects.count(), Message.objects.count(), len(mail.outbox)) == (0, 0, 0)
    post(hook, agreed | {"e": "kai@sander.example", "a2": "Kai"})  # arrives: asked whether the address is theirs
    assert OptIn.objects.count() == 1


def kept_as(inlet, payload) -> dict[str, Any]:
    """Return what lies in the tray."""
    raw = json.dumps(payload).encode()
    common = {"account": inlet.account, "inlet": inlet, "key": "lay", "arrived_at": NOW, "due_at": NOW}
    return common | {"raw": raw, "size": len(raw), "content_type": "application/json", "result": Result.UNREAD}


def test_reading_again_is_told_once(hook, anna):
    for number in range(3):
        post(hook, {"a1": f"Sander {number}"})
    hook.mapping = {"a1": "last_name"}
    hook.save()
    with CaptureQueriesContext(connection) as statements:
        assert learning.read_again(user=anna, inlet_id=hook.pk, now=later(0)).contacts == 3
    told = [query["sql"] for query in statements.captured_queries if "pg_notify" in query["sql"]]
    assert [re.search(r'"kind":"(\w+)"', sql)[1] for sql in told if '"kind"' in sql] == ["arrived"]


def test_more_than_a_few_are_read_in_parts(hook, anna, client, monkeypatch):
    monkeypatch.setattr(learning, "FEW", 2)
    lay = [post(hook, {"a1": f"Sander {number}"}) for number in range(5)]
    where = f"/settings/inlets/{hook.pk}/reading/"
    first = client.post(where, {"arrival": "0"})
    assert 'data-left="3"' in page_of(first) and f'value="{lay[1].pk}"' in page_of(first)
    teach(client, hook)
    assert 'data-left="1"' in page_of(client.post(where, {"arrival": lay[1].pk}))
    assert Contact.objects.count() == 2


def test_a_fault_of_ours_leaves_it_in_the_tray(hook, anna, monkeypatch):
    arrival = post(hook, {"a1": "Sander"})
    monkeypatch.setitem(learning.taking.READERS, "hook", lambda raw, content_type, mapping: 1 / 0)
    learning.read_again(user=anna, inlet_id=hook.pk, now=later(0))
    arrival.refresh_from_db()
    assert arrival.result == Result.UNREAD


def test_the_example_is_the_last_that_can_be_read(hook, client):
    readable = post(hook)
    send(hook, b'{"broken')
    assert learning.example_of(hook).arrival == readable
    assert "beschädigt" in page_of(client.get(f"/settings/inlets/{hook.pk}/?arrival={Arrival.objects.latest('pk').pk}"))


def test_the_example_of_another_web_hook_is_not_ours(hook, anna, client):
    other = post(hook_of(anna.account), {"geheim": "anderswo"})
    post(hook)
    assert "anderswo" not in page_of(client.get(f"/settings/inlets/{hook.pk}/?arrival={other.pk}"))


@pytest.mark.parametrize(
    "wrong", [{"target-0": "assignee"}, {"arrival": "x"}, {"arrival": "-1"}, {"arrival": "9" * 30}]
)
def test_what_means_nothing_is_refused(hook, client, wrong):
    post(hook)
    answer = client.post(f"/settings/inlets/{hook.pk}/mapping/", chosen(hook) | wrong)
    hook.refresh_from_db()
    assert (answer.status_code, hook.mapping) == (422, {})


def test_many_values_are_bounded(hook, client):
    post(hook, {f"k{number}": "v" for number in range(900)})
    answer = client.get(f"/settings/inlets/{hook.pk}/")
    text = page_of(answer)
    assert text.count("<select") == learning.MAX_ROWS and "800 weitere Werte" in text
    assert len(answer.content) < 800_000


def test_what_is_decided_is_not_read_again_and_of_several_people_only_who_waits(hook, anna):
    second = post(hook, [{"name": "Kim Sander"}, {"name": "Kai Sander"}])
    Arrival.objects.filter(pk=second.pk).update(contact=None, result=Result.UNREAD)
    decided = post(hook, {"z": "1"})
    Arrival.objects.filter(pk=decided.pk).update(result=Result.DISCARDED)
    assert list(learning.left(hook)) == [second]
    learning.read_again(user=anna, inlet_id=hook.pk, now=later(0))
    second.refresh_from_db()
    assert (second.contact.first_name, second.result) == ("Kai", Result.NEW)
    assert Arrival.objects.get(pk=decided.pk).result == Result.DISCARDED


def test_the_tray_leads_administrators_to_the_fields(hook, anna, mehmet, login):
    arrival = post(hook, {"a1": "x"})
    link = f"/settings/inlets/{hook.pk}/?arrival={arrival.pk}#fields"
    assert link in page_of(login(anna).get(f"/intake/{arrival.pk}/"))
    assert link not in page_of(login(mehmet).get(f"/intake/{arrival.pk}/"))

"""Mailboxes of offices on real servers: dovecot where it is installed, and the suite's own."""

import socket
import threading
import time
from datetime import timedelta
from ipaddress import ip_address

import pytest
from imapclient.exceptions import IMAPClientError

from base import outside, vault
from base.refusals import Conflict, NotUnderstood
from contacts.models import Action, Contact
from funnel.replies.folder import Folder, ImapUrl, Limits
from intake import taking, tray
from intake.mail import forwarded, keeping, polling, postboxes
from intake.models import Arrival, Inlet, Postbox, Result
from tests.funnel import servers
from tests.funnel.mailboxes import mailbox
from tests.funnel.mailing import MONDAY
from tests.funnel.test_mailboxes import box  # noqa: F401  (a folder on each server)
from tests.intake.sampling import sample

NOW = MONDAY.replace(hour=11)
GIVEN = {"name": "Portale", "host": "localhost", "port": 993, "login": "dan@kunde.example", "password": "geheim"}
LEAD, OTHER = sample("mails/immoscout24-text.eml"), sample("mails/immowelt-text.eml")


@pytest.fixture(autouse=True)
def _in_house(settings):
    settings.PRIVATE_NETWORKS = ["127.0.0.0/8", "::1"]


@pytest.fixture
def ours(anna, board, box) -> Postbox:  # noqa: F811
    """A mailbox of Krüger Immobilien that has been looked into once, when one mail was there."""
    box.put(OTHER)
    postbox = postboxes.connect(user=anna, folder=servers.FOLDER, now=NOW, **GIVEN)
    Postbox.objects.update(port=int(box.url.split("localhost:")[1].split("/")[0]))
    polling.read(postbox.pk, now=NOW)
    return state(postbox)


def state(postbox: Postbox) -> Postbox:
    return Postbox.objects.select_related("inlet").get(pk=postbox.pk)


def later(minutes: float):
    return NOW + timedelta(minutes=minutes)


def poll(minutes: float = 3) -> None:
    polling.poll(now=later(minutes))
    taking.take_waiting(now=later(minutes))


def test_new_mails_become_contacts_and_nothing_changes_in_the_mailbox(ours, box):  # noqa: F811
    assert (ours.state, ours.failures, ours.read_at) == ("working", 0, NOW)
    assert Arrival.objects.count() == 0  # it was there before
    box.put(LEAD)
    poll()
    assert Contact.objects.get().display_name == "Hauke Petersen"
    assert Arrival.objects.get().inlet == ours.inlet
    poll(6)
    assert Arrival.objects.count() == 1
    if isinstance(box, servers.Own):
        assert (box.server.seen, box.server.flagged, box.server.is_changeable) == (set(), set(), False)
    else:
        box.box.select_folder(servers.FOLDER)
        assert len(box.box.search("UNSEEN")) == 2


def test_a_mail_is_read_once_by_many_workers(ours, box):  # noqa: F811
    box.put(LEAD)
    for _time in range(3):
        polling.read(ours.pk, now=later(3))
    Postbox.objects.update(next_uid=1)  # as after an interrupted run
    polling.read(ours.pk, now=later(4))
    taking.take_waiting(now=later(5))
    assert Arrival.objects.count() == 2  # with that which was there before
    assert Action.objects.count() == 2


def test_a_mail_that_is_also_forwarded_is_taken_in_once(anna, ours, box, settings):  # noqa: F811
    settings.MAIL_IN, settings.IMAP_URL = "post@kontakte.example", "imap://x"
    place = forwarded.open_address(user=anna, now=NOW)
    forwarded.keep(f"To: {forwarded.address(place)}\n".encode() + LEAD, NOW)
    box.put(LEAD)
    poll()
    assert Arrival.objects.get().inlet == place


def test_renumbered_mails_are_known(ours, box):  # noqa: F811
    if not isinstance(box, servers.Own):
        pytest.skip("this server keeps its numbers")
    box.put(LEAD)
    poll()
    box.server.validity = 2
    box.put(sample("mails/container-plain.eml"))
    poll(6)
    parsers = sorted(Arrival.objects.values_list("parser", flat=True))
    assert parsers == ["container", "labels.immoscout24", "labels.immowelt"]
    assert state(ours).validity == 2


def test_a_run_reads_a_bounded_number_and_goes_on_at_once(ours, box, monkeypatch):  # noqa: F811
    monkeypatch.setattr(polling, "BATCH", 2)
    for number in range(5):
        box.put(LEAD.replace(b"Message-ID: <", b"Message-ID: <%d." % number).replace(b"Message-Id: <", b"X: <"))
    polling.read(ours.pk, now=later(3))
    assert Arrival.objects.count() == 2
    assert state(ours).due_at == later(3)


@pytest.mark.parametrize("how", ["refused", "broken"])
def test_a_mail_that_the_server_never_sends_holds_up_no_others(ours, box, how):  # noqa: F811
    if not isinstance(box, servers.Own):
        pytest.skip("this server sends all mails")
    box.put(sample("mails/container-plain.eml"))
    box.put(LEAD)
    getattr(box.server, how).add(2)
    for _time in range(5):
        polling.read(ours.pk, now=later(3))
    taking.take_waiting(now=later(4))
    stub, lead = Arrival.objects.order_by("pk")
    assert (stub.result, lead.result) == (Result.UNREAD, Result.NEW)
    assert "UID 2" in tray.raw_of(stub)
    assert state(ours).state == "working"


@pytest.mark.parametrize("what", ["password", "folder", "host", "port", "certificate", "network"])
def test_all_failures_look_alike(ours, box, settings, monkeypatch, what, free_port):  # noqa: F811
    change = {
        "folder": {"folder": "nowhere"},
        "host": {"host": "nowhere.invalid"},
        "port": {"port": free_port},
    }.get(what, {})
    Postbox.objects.update(**change)
    if what == "password":
        Inlet.objects.update(secret=vault.seal(vault.POSTBOX, "falsch"))
    if what == "certificate":
        monkeypatch.delenv("SSL_CERT_FILE")
    if what == "network":
        settings.PRIVATE_NETWORKS = []
    if what == "password" and isinstance(box, servers.Own):
        pytest.skip("this server takes any password")
    polling.read(ours.pk, now=later(3))
    found = state(ours)
    assert (found.state, found.failures, found.read_at) == ("failing", 1, NOW)
    assert found.due_at == later(5)


@pytest.fixture
def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def test_who_fails_is_asked_less_often_and_then_works_again(ours, box, settings):  # noqa: F811
    settings.PRIVATE_NETWORKS = []
    pauses = []
    for _time in range(7):
        polling.read(ours.pk, now=later(3))
        pauses.append((state(ours).due_at - later(3)) / timedelta(minutes=1))
    assert pauses == [2, 4, 8, 16, 32, 60, 60]
    settings.PRIVATE_NETWORKS = ["127.0.0.1", "::1"]
    polling.read(ours.pk, now=later(4))
    assert (state(ours).state, state(ours).failures) == ("working", 0)


def test_a_mailbox_is_one_workers_until_it_is_due_again(anna, ours, box):  # noqa: F811
    Postbox.objects.update(due_at=NOW)
    assert polling.poll(now=NOW) == 1
    assert polling.poll(now=NOW) == 0
    assert polling.poll(now=later(2)) == 1


def test_an_office_has_three_and_the_password_is_sealed(anna, hansen):
    for _time in range(3):
        postbox = postboxes.connect(user=anna, folder="INBOX", now=NOW, **GIVEN)
    assert "geheim" not in postbox.inlet.secret
    assert vault.unseal(vault.POSTBOX, postbox.inlet.secret) == "geheim"
    with pytest.raises(Conflict):
        postboxes.connect(user=anna, folder="INBOX", now=NOW, **GIVEN)
    with pytest.raises(NotUnderstood):
        postboxes.reconnect(user=anna, postbox_id=postbox.pk, folder="INBOX", now=NOW, **GIVEN | {"port": 25})


def test_the_same_folder_is_read_on_and_another_from_now(anna, ours, box):  # noqa: F811
    where = {"folder": servers.FOLDER, "now": later(1), **GIVEN}
    again = postboxes.reconnect(user=anna, postbox_id=ours.pk, **where | {"password": "neu"})
    assert (again.next_uid, again.state) == (ours.next_uid, "testing")
    other = postboxes.reconnect(user=anna, postbox_id=ours.pk, **where | {"host": "other.example"})
    assert (other.validity, other.next_uid) == (0, 0)


def test_whoever_reads_an_earlier_connection_notes_nothing(anna, ours, box, monkeypatch):  # noqa: F811
    box.put(LEAD)
    postboxes.disconnect(user=anna, postbox_id=ours.pk)
    assert polling.poll(now=later(60)) == 0
    assert (state(ours).inlet.secret, state(ours).inlet.is_active) == ("", False)
    with pytest.raises(polling._Elsewhere):
        polling._keep(ours, ours.next_uid, LEAD, NOW)


def test_a_limit_of_the_office_leaves_mails_for_later(ours, box):  # noqa: F811
    Inlet.objects.update(day=later(3).replace(hour=0, minute=0, second=0, microsecond=0), in_day=5000)
    box.put(LEAD)
    polling.read(ours.pk, now=later(3))
    assert (Arrival.objects.count(), state(ours).next_uid) == (0, ours.next_uid)
    assert state(ours).due_at == later(63)
    Inlet.objects.update(in_day=0)
    polling.read(ours.pk, now=later(63))
    assert Arrival.objects.count() == 1


def test_of_a_large_mail_a_megabyte_is_read(ours, box):  # noqa: F811
    box.put(LEAD + b"\r\n" + b"x" * 2_000_000)
    poll()
    assert (Arrival.objects.get().size, Arrival.objects.get().result) == (1_000_000, Result.NEW)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "127.0.0.1",
            "10.1.2.3",
            "192.168.0.1",
            "172.16.9.9",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
        ),
        *("255.255.255.255", "240.0.0.1", "198.18.0.1", "192.0.2.1", "::1", "::", "fe80::1", "fc00::1", "fec0::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::7f00:1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::"),
        *("2001:db8::1", "ff02::1", "2001:0:1::1"),
    ],
)
def test_addresses_that_are_not_public(text, settings):
    settings.PRIVATE_NETWORKS = []
    assert not outside.is_permitted(ip_address(text))


def test_addresses_that_are(settings):
    settings.PRIVATE_NETWORKS = ["10.1.0.0/16"]
    permitted = ("8.8.8.8", "2a00:1450::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "10.1.255.1")
    assert [text for text in permitted if not outside.is_permitted(ip_address(text))] == []
    assert not outside.is_permitted(ip_address("10.2.0.1"))


@pytest.mark.parametrize("host", ["localhost", "127.1", "0x7f.1", "2130706433", "[::1]", "a" * 80 + ".example"])
def test_names_that_lead_inside_or_nowhere_are_refused(host, settings):
    settings.PRIVATE_NETWORKS = []
    with pytest.raises(OSError):
        outside.resolve(host, 993)


def test_a_name_is_resolved_once(monkeypatch):
    with mailbox([LEAD]) as server:
        port = server.server_address[1]
        where = ImapUrl("imap", "nowhere.invalid", port, "dan", "x", "INBOX", ("127.0.0.2", "127.0.0.1"))
        with Folder(where, Limits(20, 10_000_000)) as folder:
            assert folder.uids_from(1) == [1]


@pytest.mark.true_clock
@pytest.mark.parametrize("first", [b"", b"* OK ready\r\n"])
def test_a_server_that_drips_does_not_hold_a_worker(first):
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=drip, args=(server, first), daemon=True).start()
        where = ImapUrl("imap", "127.0.0.1", server.getsockname()[1], "dan", "x", "INBOX")
        with pytest.raises((OSError, IMAPClientError)), Folder(where, Limits(1, 10_000)):
            raise AssertionError("it has opened")


def drip(server: socket.socket, first: bytes) -> None:
    """Send a sign each moment, for ever."""
    line, _address = server.accept()
    line.sendall(first)
    try:
        while True:
            line.sendall(b"*")
            time.sleep(0.05)
    except OSError:
        return


def test_a_server_that_floods_is_left():
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=flood, args=(server,), daemon=True).start()
        where = ImapUrl("imap", "127.0.0.1", server.getsockname()[1], "dan", "x", "INBOX")
        with pytest.raises(IMAPClientError, match="too much"), Folder(where, Limits(60, 1_000_000)):
            pass


def flood(server: socket.socket) -> None:
    line, _address = server.accept()
    try:
        line.sendall(b"* OK ready\r\n")
        while True:
            line.sendall(b"* LIST () NIL x\r\n" * 1000)
    except OSError:
        return


def test_the_page_connects_changes_and_disconnects(client, anna, board):
    client.force_login(anna)
    form = {**GIVEN, "host": "IMAP.post.example", "folder": "INBOX"}
    page = client.post("/settings/inlets/mail/postboxes/", form, follow=True)
    assert "wird geprüft" in page.content.decode()
    postbox = Postbox.objects.get()
    assert postbox.host == "imap.post.example"
    where = f"/settings/inlets/mail/postboxes/{postbox.pk}/"
    shown = client.get(where).content.decode()
    assert "geheim" not in shown
    assert "App-Passwort" in shown
    assert "Microsoft 365" in shown
    assert client.post(where, form | {"password": ""}).status_code == 422
    assert client.post(where, form | {"host": "imaps://x:993"}).status_code == 422
    assert client.post(f"{where}end/", follow=True).status_code == 200
    assert Inlet.objects.get().secret == ""


def test_a_key_is_known_whatever_stands_below_the_head():
    assert keeping.key_of(LEAD) == keeping.key_of(LEAD[:2000] + b"x" * 1000)

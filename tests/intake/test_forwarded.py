"""Mails that an office forwards to its address with us: they come to the mailbox of the funnel's answers."""

import pytest

from base.refusals import Conflict
from contacts.models import Action, Contact
from funnel.letters import inbound
from funnel.letters.inbound import Purpose
from funnel.models import Arrival as Processed
from funnel.models import Message
from funnel.replies import inbox
from intake import taking, tray
from intake.mail import forwarded, postboxes, senders
from intake.models import Arrival, Inlet, Result
from intake.reading.mails import key_of
from tests.funnel.mailboxes import Mailbox, mailbox
from tests.funnel.mailing import MONDAY, mailed
from tests.funnel.test_inbox import bounce, reply, series
from tests.intake.sampling import SAMPLES, sample
from tests.markup import page_of

NOW = MONDAY.replace(hour=11)


@pytest.fixture
def place(anna, board, settings) -> Inlet:
    """The address of Krüger Immobilien."""
    settings.MAIL_IN, settings.IMAP_URL = "post@kontakte.example", "imap://set.later"
    return forwarded.open_address(user=anna, now=NOW)


def forwarded_to(place: Inlet, mail: bytes, header: str = "Delivered-To") -> bytes:
    return f"{header}: {forwarded.address(place)}\r\n".encode() + mail.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def poll(settings, *mails: bytes) -> Mailbox:
    with mailbox(list(mails)) as server:
        settings.IMAP_URL = server.url
        inbox.poll(now=NOW, others=forwarded.OTHERS)
        taking.take_waiting(now=NOW)
    return server


def kept() -> list[tuple[str, str]]:
    return [(one.result, one.parser) for one in Arrival.objects.order_by("pk")]


def test_a_forwarded_mail_of_a_portal_becomes_a_contact(place, settings):
    server = poll(settings, forwarded_to(place, sample("mails/immoscout24-text.eml")))
    contact = Contact.objects.get()
    assert (contact.display_name, contact.email) == ("Hauke Petersen", "hauke@petersen.example")
    assert Arrival.objects.get().contact == contact
    assert (server.seen, server.flagged) == ({1}, set())


@pytest.mark.parametrize("header", ["To", "X-Original-To", "X-Forwarded-To", "Envelope-To", "Cc", "delivered-to"])
def test_the_address_is_found_wherever_a_receiver_writes_it(place, settings, header):
    poll(settings, forwarded_to(place, sample("mails/kleinanzeigen-xml.eml"), header).replace(b"+l", b"+L"))
    assert kept() == [(Result.NEW, "feedback")]


def test_an_address_is_made_once_and_only_where_mails_are_received(anna, board, place, settings):
    assert forwarded.open_address(user=anna, now=NOW) == place
    assert forwarded.address(place).startswith("post+l")
    settings.IMAP_URL = ""
    assert forwarded.address(place) == ""
    with pytest.raises(Conflict):
        forwarded.open_address(user=anna, now=NOW)


def test_another_token_another_domain_and_a_text_that_names_the_address_are_not_ours(place, settings):
    mine = forwarded.address(place)
    lead = sample("mails/kleinanzeigen-xml.eml")
    poll(
        settings,
        f"To: {mine[:-22]}aa@kontakte.example\r\n".encode() + lead,
        f"To: {mine}.evil.example\r\n".encode() + lead,
        f"To: x{mine}\r\n".encode() + lead,
        b"To: post@kontakte.example\r\n" + lead + f"\r\n{mine}".encode(),
    )
    assert kept() == []


def test_an_address_that_is_off_takes_nothing(place, settings):
    place.is_active = False
    place.save()
    poll(settings, forwarded_to(place, sample("mails/kleinanzeigen-xml.eml")))
    assert kept() == []


def test_the_same_mail_is_taken_in_once_however_often_it_is_forwarded(place, settings):
    lead = sample("mails/immowelt-text.eml")
    again = forwarded_to(place, lead.replace(b"\r\n", b"\n").replace(b"\n\n", b"\nX-Forwarded: yes\n\n", 1))
    poll(settings, forwarded_to(place, lead), forwarded_to(place, lead), again)
    assert kept() == [(Result.NEW, "labels.immowelt")]
    assert Action.objects.count() == 1


def test_answers_and_bounces_go_where_they_went(anna, board, place, settings):
    dan = mailed(anna, board)
    sent = Message.objects.get(contact=dan, state="sent")
    poll(settings, forwarded_to(place, bounce(sent, "4.2.2")), forwarded_to(place, reply(sent)))
    assert kept() == []
    assert series(dan) == ("ended", "reply")


def test_an_answer_to_an_address_of_a_message_is_no_lead(anna, board, place, settings):
    dan = mailed(anna, board)
    sent = Message.objects.get(contact=dan, state="sent")
    answer = f"To: {inbound.address(Purpose.REPLY, sent.pk)}\r\nSubject: x\r\n\r\nGern.".encode()
    poll(settings, forwarded_to(place, answer))
    assert kept() == []
    assert series(dan) == ("ended", "reply")


def test_a_provider_that_asks_whether_it_may_forward_is_shown_as_text(client, anna, place, settings):
    poll(settings, forwarded_to(place, sample("mails/confirm-gmail.eml")))
    arrival = Arrival.objects.get()
    assert (arrival.result, arrival.contact) == (Result.UNREAD, None)
    said = dict(tray.lines(arrival))
    assert said["Anbieter"] == "Gmail"
    assert said["Code zur Bestätigung"].isdigit()
    client.force_login(anna)
    page = client.get(f"/intake/{arrival.pk}/").content.decode()
    assert said["Code zur Bestätigung"] in page
    assert said["Adresse zur Bestätigung"].replace("&", "&amp;") in page
    assert f'href="{said["Adresse zur Bestätigung"]}' not in page
    assert "Gmail" in client.get("/intake/").content.decode()


def test_adverts_are_recognized_and_the_rest_waits_for_people(place, settings):
    poll(
        settings,
        forwarded_to(place, sample("mails/newsletter.eml")),
        forwarded_to(place, sample("mails/private-letter.eml")),
    )
    assert kept() == [(Result.DISCARDED, ""), (Result.UNREAD, "")]


def test_a_mail_that_nobody_can_open_stands_in_the_tray(place, settings):
    deep = b"Content-Type: multipart/mixed; boundary=a\r\n\r\n" + b"--a\r\nContent-Type: multipart/mixed\r\n\r\n" * 200
    server = poll(settings, forwarded_to(place, deep))
    assert kept() == [(Result.UNREAD, "")]
    assert (server.flagged, Processed.objects.exclude(fault="").count()) == (set(), 0)


def test_of_a_long_mail_a_megabyte_is_kept_and_read(place, settings):
    lead = sample("mails/immoscout24-text.eml")
    poll(settings, forwarded_to(place, lead + b"\r\n" + b"x" * 3_000_000))
    arrival = Arrival.objects.get()
    assert (arrival.size, arrival.result) == (1_000_000, Result.NEW)


def test_no_sample_is_lost_or_read_twice(place, settings):
    mails = [path.read_bytes() for path in sorted((SAMPLES / "mails").iterdir())]
    poll(settings, *(forwarded_to(place, mail) for mail in mails))
    poll(settings, *(forwarded_to(place, mail) for mail in mails))
    firsts = Arrival.objects.exclude(raw=b"")
    assert firsts.count() == len({tray.raw_of(one) for one in firsts}) == len(set(map(key_of, mails)))
    assert not firsts.filter(result=Result.WAITING).exists()


def test_more_than_a_limit_is_set_aside_in_the_mailbox(place, settings):
    Inlet.objects.filter(pk=place.pk).update(minute=NOW.replace(second=0, microsecond=0), in_minute=300)
    server = poll(settings, forwarded_to(place, sample("mails/kleinanzeigen-xml.eml")))
    assert (kept(), server.flagged) == ([], {1})
    assert Processed.objects.get().fault == "not_carried_out"


def test_each_office_that_a_mail_names_gets_it(place, paul, settings):
    theirs = forwarded.open_address(user=paul, now=NOW)
    lead = sample("mails/kleinanzeigen-xml.eml")
    poll(settings, forwarded_to(theirs, forwarded_to(place, lead)), forwarded_to(theirs, lead))
    assert sorted(Contact.objects.values_list("account", flat=True)) == sorted([place.account_id, theirs.account_id])


def test_an_administrator_gets_the_address_by_a_click(client, anna, board, settings):
    settings.MAIL_IN, settings.IMAP_URL = "post@kontakte.example", "imap://set.later"
    client.force_login(anna)
    assert "post+l" not in client.get("/settings/inlets/mail/").content.decode()
    assert client.post("/settings/inlets/mail/address/", follow=True).status_code == 200
    address = forwarded.address(Inlet.objects.get())
    assert f'value="{address}" readonly' in client.get("/settings/inlets/mail/").content.decode()
    settings.MAIL_IN = ""
    assert "empfängt keine E-Mails" in client.get("/settings/inlets/mail/").content.decode()


def test_a_new_address_takes_over_and_the_old_one_is_noted(place, settings, anna, login):
    old, client = forwarded_to(place, sample("mails/immoscout24-text.eml")), login(anna)
    assert forwarded.address(place) in page_of(client.get("/settings/inlets/mail/address/renewal/"))
    client.post("/settings/inlets/mail/address/renewal/")
    renewed = Inlet.objects.get()
    assert forwarded.address(renewed) != forwarded.address(place)
    assert "frühere Adresse" not in page_of(client.get("/settings/inlets/mail/"))
    poll(settings, old)
    assert Arrival.objects.count() == 0
    assert "frühere Adresse" in page_of(client.get("/settings/inlets/mail/"))
    poll(settings, forwarded_to(renewed, sample("mails/kleinanzeigen-xml.eml")))
    assert kept() == [(Result.NEW, "feedback")]


def test_an_address_that_is_off_takes_nothing_until_it_is_on_again(place, settings, anna, login):
    client = login(anna)
    client.post("/settings/inlets/mail/address/switch/", {"on": "0"})
    poll(settings, forwarded_to(place, sample("mails/immoscout24-text.eml")))
    assert Arrival.objects.count() == 0
    assert "Die Adresse ist ausgeschaltet" in page_of(client.get("/settings/inlets/mail/"))
    client.post("/settings/inlets/mail/address/switch/", {"on": "1"})
    poll(settings, forwarded_to(place, sample("mails/kleinanzeigen-xml.eml")))
    assert kept() == [(Result.NEW, "feedback")]


def test_what_the_office_names_as_its_senders_is_read_as_inquiries(place, settings, anna, login):
    client, page = login(anna), "/settings/inlets/mail/senders/"
    text = "Vorname: Ada\nNachname: Lenz\nE-Mail: ada@post.example\nTelefon: 0170 1234567\n"
    mail = "From: formular@website.example\r\nSubject: Hallo %s\r\nMessage-ID: <%s@website.example>\r\n\r\n" + text
    poll(settings, forwarded_to(place, (mail % (1, 1)).encode()))
    assert kept() == [(Result.UNREAD, "")]
    refused = client.post(page, {"senders": "website.example\nkein absender"})
    assert refused.status_code == 422 and "kein absender" in page_of(refused)
    assert client.post(page, {"senders": "@Website.example\n\nbuero@krueger.example\n"}).status_code == 302
    assert Inlet.objects.get().mapping["senders"] == ["website.example", "buero@krueger.example"]
    assert "website.example\nbuero@krueger.example" in page_of(client.get("/settings/inlets/mail/"))
    poll(settings, forwarded_to(place, (mail % (2, 2)).encode()))
    assert kept()[1:] == [(Result.NEW, "labels.form")]


def test_a_mailbox_that_comes_later_knows_the_senders(place, anna):
    senders.save(user=anna, senders=["website.example"])
    box = {"host": "imap.krueger.example", "port": 993, "login": "a", "password": "b", "folder": "INBOX"}
    assert postboxes.connect(user=anna, name="Portale", now=NOW, **box).inlet.mapping["senders"] == ["website.example"]

"""Mails of portals, forms and providers: read in the order of what is surest, and nothing guessed of the rest."""

import pytest

from funnel.replies.isolation import IsolatedProcess
from intake.reading import confirmations, mails, xml_files
from intake.reading.lead import Confirmation, Lead, NoLead, NotRead
from tests.intake.sampling import said, sample

FORMS = ["hoster.example", "other@post.example"]


def read(name: str) -> list[Lead]:
    return mails.leads_in(sample(f"mails/{name}.eml"), FORMS)


def one(name: str) -> Lead:
    (lead,) = read(name)
    return lead


@pytest.mark.parametrize(
    ("name", "parser", "facts"),
    [
        ("xml-named-strangely", "objektanfrage", {"last_name": "Weiß", "emails": ["jw@weiss.example"]}),
        ("xml-inline-of-a-no-reply", "feedback", {"last_name": "Whitfield"}),
        ("xml-forwarded-as-attachment", "feedback", {"last_name": "Brühl", "message": "Preis in € „ohne“ Küche?"}),
        ("xml-twice", "feedback", {"last_name": "Doppel"}),
        (
            "container-plain",
            "container",
            {
                "salutation": "ms",
                "title": "Dr.",
                "first_name": "Wiebke",
                "last_name": "Größler",
                "emails": ["wiebke@groessler.example"],
                "phones": [("", "+4915155502222")],
                "value_from": "300000",
                "subject": "4711",
                "message": "Möchte verkaufen.\nBitte anrufen.",
                "further": [("client_accept_contact", "ja"), ("client_cf_hund", "nein")],
            },
        ),
        ("container-cp1252", "container", {"last_name": "Späth & Co", "emails": ["spaeth@co.example"]}),
        ("container-in-alternative", "container", {"last_name": "Jahn", "phones": [("", "040 5557788")]}),
        (
            "immoscout24-text",
            "labels.immoscout24",
            {
                "first_name": "Hauke",
                "last_name": "Petersen",
                "emails": ["hauke@petersen.example"],
                "phones": [("", "0431 998877")],
                "subject": "88001234",
                "message": "Guten Abend,\ngeht eine Besichtigung am Samstag?\nOrt: egal\nTelefon: bitte nur abends",
                "further": [("Haustiere", "ein Hund"), ("Einzug", "sofort")],
            },
        ),
        (
            "immoscout24-html",
            "labels.immoscout24",
            {
                "last_name": "Roßmann",
                "emails": ["silke@rossmann.example"],
                "phones": [("", "0172 3332211")],
                "message": "Ist der Preis fest?\nDanke & Gruß",
            },
        ),
        ("immoscout24-forwarded-by-hand", "labels.immoscout24", {"last_name": "Lenz", "subject": "Objekt  77"}),
        (
            "immowelt-text",
            "labels.immowelt",
            {
                "salutation": "Frau",
                "title": "Dr.",
                "first_name": "Imke",
                "last_name": "Thomsen",
                "phones": [("", "040 7654321"), ("", "0170 1239876")],
                "subject": "HH-77",
            },
        ),
        ("immowelt-html", "labels.immowelt", {"last_name": "Rahim", "message": "Wann ist die Besichtigung?"}),
        ("immowelt-latin-1", "labels.immowelt", {"first_name": "Jörg", "last_name": "Süß", "subject": "Bü-1"}),
        ("immonet-text", "labels.immonet", {"last_name": "Dietz", "subject": "5-99", "message": "Bitte Unterlagen."}),
        ("immonet-gaps", "labels.immonet", {"first_name": "Tanja", "emails": ["tanja@moll.example"]}),
        ("immonet-other-sender", "labels.immonet", {"last_name": "Groth", "emails": ["groth@post.example"]}),
        (
            "form-text",
            "labels.form",
            {
                "salutation": "Frau",
                "first_name": "Lotte",
                "last_name": "Reimers",
                "street": "Seestraße 4",
                "postal_code": "18055",
                "city": "Rostock",
                "phones": [("", "0381 556677")],
            },
        ),
        (
            "form-html",
            "labels.form",
            {
                "first_name": "Emil",
                "last_name": "Vogel",
                "phones": [("mobile", "0151 2223334")],
                "message": "Bitte am Abend.\nDanke!",
                "further": [("Wie viele Zimmer?", "5")],
            },
        ),
        (
            "form-with-a-sender",
            "labels.form",
            {
                "first_name": "Thea",
                "last_name": "Busch",
                "emails": ["thea@busch.example"],
                "subject": "Wohnung verkaufen",
                "message": "Was ist meine Wohnung wert?",
            },
        ),
        ("form-forwarded-by-hand", "labels.form", {"first_name": "Gesa", "last_name": "Lau"}),
        ("form-of-a-known-sender", "labels.form", {"last_name": "Kühn", "phones": [("", "0345 667788")]}),
        ("kleinanzeigen-labels", "labels.kleinanzeigen", {"emails": ["mona@eigene.example"], "subject": "99887766"}),
        ("cut-off-xml-with-labels", "labels.immowelt", {"last_name": "Halb"}),
    ],
)
def test_a_person_is_read_from(name: str, parser: str, facts: dict[str, object]) -> None:
    lead = one(name)
    assert said(lead) | facts == said(lead)
    assert lead.parser == parser
    assert lead.has_own_address
    assert lead.occurred_at and lead.occurred_at.isoformat().startswith("2026-11")


def test_one_mail_brings_several_people() -> None:
    assert [lead.facts["last_name"] for lead in read("xml-octet-stream")] == ["von der Düne", "Ibsen & Söhne"]


def test_a_relay_is_not_the_persons_address() -> None:
    private, in_xml, own = one("kleinanzeigen-private"), one("kleinanzeigen-xml"), one("kleinanzeigen-labels")
    assert (private.emails, private.has_own_address) == (["abc123@mail.kleinanzeigen.de"], False)
    assert (private.facts["last_name"], private.subject) == ("Bella", "2233445566")
    assert private.message.startswith("Hallo, ist das Haus noch da?")
    assert (in_xml.emails, in_xml.has_own_address) == (["r77@mail.kleinanzeigen.de"], False)
    assert own.further == [("Reply-To", "r88@mail.kleinanzeigen.de")]


@pytest.mark.parametrize("name", ["advert", "search-agent", "newsletter"])
def test_a_mail_that_is_no_lead_is_recognised(name: str) -> None:
    with pytest.raises(NoLead) as refused:
        read(name)
    assert refused.value.reason == mails.ADVERTISING


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("private-letter", mails.UNKNOWN),
        ("confirm-of-nobody", mails.UNKNOWN),
        ("answer", mails.ANSWER),
        ("automatic-answer", mails.ANSWER),
        ("portal-without-labels", mails.NO_LABELS),
        ("form-without-labels", mails.NO_LABELS),
        ("bomb", xml_files.FORBIDDEN),
    ],
)
def test_a_mail_that_was_not_read_says_why(name: str, reason: str) -> None:
    with pytest.raises(NotRead) as refused:
        read(name)
    assert refused.value.reason == reason


def test_labels_count_only_from_senders_and_subjects_that_are_known() -> None:
    raw = sample("mails/form-of-a-known-sender.eml")
    assert mails.leads_in(raw, ["SEITE@hoster.example"])[0].facts["last_name"] == "Kühn"
    for others in ([], [""], ["oster.example"], ["other@hoster.example"]):
        with pytest.raises(NotRead):
            mails.leads_in(raw, others)


@pytest.mark.parametrize(
    ("name", "provider", "link", "code"),
    [
        ("confirm-gmail", "Gmail", "https://mail-settings.google.com/mail/vf-%5BANGj%5D-abc", "123456789"),
        ("confirm-gmx", "GMX", "https://weiterleitung.gmx.net/confirm?x=1", "445566"),
        ("confirm-outlook", "Outlook", "https://outlook.office365.com/verify/abc", ""),
    ],
)
def test_a_provider_asks_whether_it_may_forward(name: str, provider: str, link: str, code: str) -> None:
    with pytest.raises(Confirmation) as asked:
        read(name)
    assert (asked.value.provider, asked.value.link, asked.value.code) == (provider, link, code)
    assert asked.value.reason == confirmations.ASKED


def test_the_key_of_a_mail_is_its_message_id_or_all_of_it() -> None:
    raw = sample("mails/form-text.eml")
    assert mails.key_of(raw) == mails.key_of(raw + b"\nAngeh\xc3\xa4ngt")
    assert mails.key_of(raw) != mails.key_of(sample("mails/form-html.eml"))
    bare = b"From: a@b.example\n\nText"
    assert mails.key_of(bare) != mails.key_of(bare + b"!")
    assert mails.key_of(b"Message-ID: <>\n\n1") != mails.key_of(b"Message-ID: <>\n\n2")


HOSTILE = {
    "nothing": b"",
    "bytes": bytes(range(256)) * 100,
    "deep": b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(3000)),
    "long header": b"Subject: Kontaktanfrage\nReferences: " + b"<a@b> " * 20_000 + b"\n\nName: A",
    "10 MB": b"Subject: Kontaktanfrage\n\n" + b"Name: A B\n" * 1_000_000,
    "tags": b"Subject: Kontaktanfrage\nContent-Type: text/html\n\n" + b"<td" * 300_000,
    "nested tags": b"Subject: Kontaktanfrage\nContent-Type: text/html\n\n" + b"<b id=a><i id=b>x" * 60_000,
    "comments": b"Subject: Kontaktanfrage\nContent-Type: text/html\n\n" + b"<!--" * 250_000,
    "labels": b"Subject: Kontaktanfrage\n\n" + b"".join(b"Feld %d: x\n" % n for n in range(50_000)),
    "blanks": b"Subject: Kontaktanfrage\n\n" + b" " * 900_000 + b"x",
    "charset": b"Subject: =?klingon?q?Kontaktanfrage?=\nContent-Type: text/plain; charset=klingon\n\nName: A",
    "parameters": b"Subject: x\nContent-Type: text/xml; name*0*=klingon''a; name*1=b.xml; name*x=%\n\n<a/>",
    "base64": b"Content-Type: application/xml\nContent-Transfer-Encoding: base64\n\n=====AAA=\xff",
    "date": b"Subject: Kontaktanfrage\nDate: Fri, 99 Nov 99999 99:99:99 +9999\n\nName: Anna Alt\nTelefon: 040 5551234",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_mail_is_only_not_read(name: str) -> None:
    try:
        leads = mails.leads_in(HOSTILE[name])
    except (NotRead, NoLead):
        return
    assert len(leads) <= 50


HEAD = b"Subject: Kontaktanfrage\nContent-Type: multipart/mixed; boundary=B\n\n--B\n"


@pytest.mark.parametrize(
    "raw",
    [
        b'Subject: Kontaktanfrage\nContent-Type: text/plain; a="' + b";" * 40_000 + b"\n\nName: A",
        HEAD + b'Content-Disposition: attachment;\r\n filename="' + b";\n " * 100_000 + b"\n\nx\n--B--",
        HEAD + b'content-type: multipart/x; boundary="' + b";" * 200_000 + b"\n\nx\n--B--",
        HEAD + b"\nx\n--B\n" * 100_000,
    ],
    ids=["own", "file", "nested", "parts"],
)
def test_a_head_that_takes_forever_is_not_opened(raw: bytes) -> None:
    with pytest.raises(NotRead) as refused:
        mails.leads_in(raw)
    assert refused.value.reason == mails.POISON


def test_mails_are_read_in_a_process_of_their_own() -> None:
    raw = sample("mails/form-text.eml")
    with IsolatedProcess(mails.leads_in, seconds=60) as isolated:
        assert isolated(raw) == mails.leads_in(raw)

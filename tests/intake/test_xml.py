"""Portals' XML in many disguises: who asks is found whatever it claims to be, and nothing hostile is opened."""

import re

import pytest

from intake.reading import feedback, objektanfrage, xml_files
from intake.reading.lead import MAX_BYTES, MAX_PEOPLE, Lead, NotRead
from tests.intake.sampling import everything, said, sample, samples

READERS = {feedback.ROOT: feedback.leads_in, objektanfrage.ROOT: objektanfrage.leads_in}


# The version of the format, moments, and the names of fields, which are labels.
NOT_TEXT = {"1.2.5", "19.11.2026 08:15", "2026-11-20T14:05:00+01:00", "utm_source", "Haustiere"}


def read(raw: bytes) -> list[Lead]:
    root = xml_files.parsed(raw)
    return READERS[xml_files.local(root)](root)


def one(name: str) -> dict[str, object]:
    return said(*read(sample(name)))


def refusal(raw: bytes) -> str:
    with pytest.raises(NotRead) as refused:
        read(raw)
    return refused.value.reason


def test_two_people_ask_about_one_object() -> None:
    first, second = map(said, read(sample("feedback/two-people.xml")))
    assert first["last_name"] == "von der Düne"
    assert first["phones"] == [("", "04131 77 88 90"), ("fax", "04131 77 88 91")]
    assert first["campaign"] == {"utm_source": "rundbrief"}
    assert ("Haustiere", "zwei Katzen") in first["further"]
    assert first["occurred_at"].isoformat() == "2026-11-20T14:05:00+01:00"
    assert (first["subject"], first["source_detail"]) == ("L-77, Loft am Kanal", "Hafenportal")
    assert (second["last_name"], second["company"]) == ("Ibsen & Söhne", "Ibsen GmbH")
    assert second["phones"] == [("mobile", "+49 170 9988776")]
    assert "campaign" not in second


def test_the_address_of_the_object_is_not_the_persons() -> None:
    raw = b"<openimmo_feedback><objekt><strasse>Objektweg 1</strasse><interessent><nachname>A</nachname></interessent>"
    lead = said(*read(raw + b"</objekt></openimmo_feedback>"))
    assert "street" not in lead and "property_street" not in lead
    assert lead["further"] == [("Objekt: Straße", "Objektweg 1")]


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        (
            "feedback/windows-1252-says-utf-8.xml",
            {"first_name": "Käthe", "last_name": "Brühl", "message": "Preis in € „ohne“ Küche?", "subject": "9"},
        ),
        (
            "feedback/english-names.xml",
            {
                "first_name": "Nora",
                "last_name": "Whitfield",
                "emails": ["nora@whitfield.example"],
                "message": "May I see it on Friday?",
                "subject": "Cottage by the lake",
            },
        ),
        ("feedback/undeclared-prefix-and-lone-and.xml", {"last_name": "Müller & Partner"}),
        ("feedback/utf-16.xml", {"last_name": "Ørsted", "emails": ["o@orsted.example"]}),
        ("feedback/nobody-to-reach.xml", {"last_name": "Stumm", "message": "Ich melde mich wieder."}),
        (
            "objektanfrage/plain-latin-1.xml",
            {
                "first_name": "Jürgen",
                "last_name": "Weiß",
                "company": "Weiß KG",
                "street": "Marktgäßchen 3",
                "postal_code": "97070",
                "city": "Würzburg",
                "phones": [("", "0931 1234567"), ("fax", "0931 1234568"), ("mobile", "0175 7654321")],
                "subject": "B-12, Büro am Markt",
                "message": "Ab wann frei?",
            },
        ),
        ("objektanfrage/utf-8-says-latin-1.xml", {"last_name": "Süß", "emails": ["suess@post.example"]}),
        ("objektanfrage/prefix-and-new-element.xml", {"phones": [("mobile", "0160 1112223")]}),
        ("hostile/control-signs.xml", {"last_name": "Glo  cke", "emails": ["g@glocke.example"]}),
    ],
)
def test_a_person_is_read_from(name: str, facts: dict[str, object]) -> None:
    assert one(name) | facts == one(name)


def test_whoever_cannot_be_reached_is_a_lead_that_says_so() -> None:
    (lead,) = read(sample("feedback/nobody-to-reach.xml"))
    assert lead.is_named and not lead.is_reachable


@pytest.mark.parametrize("name", samples("feedback") + samples("objektanfrage"))
def test_nothing_that_was_sent_is_dropped(name: str) -> None:
    root = xml_files.parsed(sample(name))
    text = "\n".join(map(everything, READERS[xml_files.local(root)](root)))
    sent = {xml_files.text(leaf) for leaf in root.iter() if len(leaf) == 0} - NOT_TEXT
    assert [leaf for leaf in sent if not set(re.findall(r"\w+", leaf)) <= set(re.findall(r"\w+", text))] == []


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("hostile/entities.xml", xml_files.FORBIDDEN),
        ("hostile/file-of-the-server.xml", xml_files.FORBIDDEN),
        ("hostile/doctype-elsewhere.xml", xml_files.FORBIDDEN),
        ("hostile/cut-off.xml", xml_files.BROKEN),
    ],
)
def test_a_hostile_file_is_refused(name: str, reason: str) -> None:
    assert refusal(sample(name)) == reason


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", xml_files.BROKEN),
        (b"Guten Tag", xml_files.BROKEN),
        (b"<a>" * 300_000, xml_files.TOO_DEEP),
        (b"<a>" + b"<b/>" * 100_000 + b"</a>", xml_files.TOO_MANY),
        (b"<a>" + b" " * 10_000_000 + b"</a>", xml_files.TOO_LARGE),
        (b"<openimmo_feedback><objekt><interessent/></objekt></openimmo_feedback>", feedback.NOBODY),
        (b"<objektanfrage><objekt/></objektanfrage>", objektanfrage.NOBODY),
    ],
    ids=["empty", "text", "deep", "many", "10 MB", "nobody", "nobody either"],
)
def test_what_cannot_be_read_says_why(raw: bytes, reason: str) -> None:
    assert refusal(raw) == reason


def test_more_than_fifty_people_are_refused() -> None:
    person = b"<interessent><nachname>N</nachname><i_name>N</i_name></interessent>"
    for root in (b"openimmo_feedback", b"objektanfrage"):
        raw = b"<%b>%%b</%b>" % (root, root)
        assert len(read(raw % (person * MAX_PEOPLE))) == MAX_PEOPLE
        assert refusal(raw % (person * (MAX_PEOPLE + 1))) == feedback.TOO_MANY == objektanfrage.TOO_MANY


@pytest.mark.parametrize(("root", "name"), [("openimmo_feedback", "nachname"), ("objektanfrage", "i_name")])
def test_a_long_object_of_many_people_is_refused(root: str, name: str) -> None:
    people = f"<interessent><{name}>Kern</{name}></interessent>" * MAX_PEOPLE
    held = f"<objekt>{'<feld>1</feld>' * 9000}</objekt>"
    inside = held.replace("</objekt>", f"{people}</objekt>") if root == "openimmo_feedback" else held + people
    assert refusal(f"<{root}>{inside}</{root}>".encode()) == xml_files.TOO_MANY


def test_the_largest_file_is_read() -> None:
    frame = (
        b"<openimmo_feedback><interessent><nachname>N</nachname><anfrage>%b</anfrage></interessent></openimmo_feedback>"
    )
    (lead,) = read(frame % (b"x" * (MAX_BYTES - len(frame) + 2)))
    assert (len(lead.message), lead.left_out) == (20_000, 1)


@pytest.mark.parametrize(("root", "name"), [("openimmo_feedback", "nachname"), ("objektanfrage", "i_name")])
def test_one_without_a_name_leaves_the_others_alone(root: str, name: str) -> None:
    people = f"<interessent><{name}>Kern</{name}></interessent><interessent><anmerkung>?</anmerkung></interessent>"
    assert [lead.is_named for lead in read(f"<{root}>{people}</{root}>".encode())] == [True, False]

"""Web hooks of every sender we know and of any other: who it is, nothing lost, and an office's mapping above all."""

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from intake.reading import composing, hooks, tree
from intake.reading.lead import Lead, NoLead, NotRead
from tests.intake.sampling import everything, said, sample, samples

TYPES = {
    ".json": "application/json; charset=utf-8",
    ".form": "application/x-www-form-urlencoded",
    ".body": "multipart/form-data; boundary=X7",
}
SENDERS = ("typeform", "elementor", "wpforms", "gravity_forms", "contact_form_7", "google_ads", "meta", "hook")
NAMES = [name for folder in SENDERS for name in samples(folder)]


def type_of(name: str) -> str:
    return TYPES[name[name.rindex(".") :]]


def read(name: str, mapping: dict[str, str] | None = None) -> list[Lead]:
    return hooks.leads_in(type_of(name), sample(name), mapping or {})


def as_json(payload: Any, mapping: dict[str, str] | None = None) -> list[Lead]:
    return hooks.leads_in("application/json", json.dumps(payload).encode(), mapping or {})


@pytest.mark.parametrize(
    ("name", "parser", "facts"),
    [
        (
            "typeform/answers.json",
            "typeform",
            {
                "foreign_id": "tok-1",
                "first_name": "Edda",
                "last_name": "Sørensen",
                "property_kind": "Reihenhaus",
                "emails": ["edda@sorensen.example"],
                "phones": [("", "+4915155507777")],
                "campaign": {"utm_source": "flyer"},
                "further": [
                    ("Was ist dabei?", "Garten"),
                    ("Was ist dabei?", "Keller"),
                    ("Was ist dabei?", "Sauna"),
                    ("Zimmer", "4"),
                    ("Schon vermietet?", "false"),
                    ("quelle", "Messe"),
                ],
            },
        ),
        ("typeform/without-definition.json", "typeform", {"emails": ["a@b.example"], "further": [("2", "2026-12-24")]}),
        ("typeform/contact-info-as-texts.json", "typeform", {"first_name": "Lars", "last_name": "Holm"}),
        (
            "elementor/simple.form",
            "elementor",
            {
                "first_name": "Greta",
                "last_name": "Tonn",
                "emails": ["greta@tonn.example"],
                "phones": [("", "0421 556677")],
                "message": "Haus zu verkaufen!\nGrundstück 800 qm",
                "source_detail": "Kontakt",
            },
        ),
        (
            "elementor/advanced.form",
            "elementor",
            {
                "first_name": "Ole",
                "last_name": "Brandt",
                "emails": ["ole@brandt.example"],
                "source_detail": "Wertermittlung",
                "further": [("E-Mail", "on"), ("page_url.title", "Seite"), ("page_url.value", "https://www.example/")],
            },
        ),
        (
            "elementor/advanced-cp1252.form",
            "elementor",
            {"first_name": "Jürgen", "last_name": "Groß", "source_detail": "Büro"},
        ),
        (
            "wpforms/fields.json",
            "wpforms",
            {
                "first_name": "Ruth",
                "last_name": "Ebeling",
                "emails": ["ruth@ebeling.example"],
                "message": "Bitte zurückrufen.",
                "further": [("Interessen", "Verkauf\nBewertung"), ("form_id", "12")],
            },
        ),
        ("wpforms/top-level.json", "wpforms", {"last_name": "Vogt", "phones": [("", "0351 998877")]}),
        ("wpforms/chosen.json", "hook", {"first_name": "Kai", "last_name": "Uhl", "emails": ["kai@uhl.example"]}),
        (
            "gravity_forms/raw.json",
            "gravity_forms",
            {
                "first_name": "Tilda",
                "last_name": "Krämer",
                "emails": ["tilda@kraemer.example"],
                "street": "Am Wall 2",
                "postal_code": "28195",
                "city": "Bremen",
                "occurred_at": datetime(2026, 11, 27, 8, 30, tzinfo=UTC),
            },
        ),
        ("gravity_forms/raw.form", "gravity_forms", {"first_name": "Udo", "last_name": "Plath"}),
        ("gravity_forms/chosen.json", "hook", {"first_name": "Mia", "last_name": "Zorn"}),
        (
            "contact_form_7/flat.json",
            "contact_form_7",
            {
                "first_name": "Sven",
                "last_name": "Oberländer",
                "emails": ["sven@oberlaender.example"],
                "subject": "Wohnung",
                "message": "Was ist sie wert?",
                "further": [("acceptance-1", "1")],
            },
        ),
        ("contact_form_7/form.form", "contact_form_7", {"last_name": "Lund", "phones": [("", "030 5544332")]}),
        (
            "contact_form_7/multipart.body",
            "contact_form_7",
            {"last_name": "Öhm", "emails": ["pia@oehm.example"], "further": [("grundriss", "plan.pdf")]},
        ),
        (
            "google_ads/lead.json",
            "google_ads",
            {
                "foreign_id": "L1",
                "last_name": "Thoms",
                "phones": [("", "+49 151 5550 8888")],
                "postal_code": "24103",
                "sell_horizon": "in 6 Monaten",
                "campaign": {"gclid": "g-1"},
            },
        ),
        ("google_ads/test.json", "google_ads", {"is_test": True}),
        (
            "google_ads/parts-of-a-name.json",
            "google_ads",
            {"first_name": "Rike", "last_name": "Abel", "phones": [("work", "0431 7788")]},
        ),
        ("meta/announced.json", "meta", {"foreign_id": "9"}),
        (
            "meta/answers.json",
            "meta_answers",
            {
                "foreign_id": "9",
                "last_name": "Friis",
                "phones": [("", "+4915155501111")],
                "further": [("was_möchten_sie?", "Verkaufen"), ("was_möchten_sie?", "Vermieten"), ("ad_id", "7")],
            },
        ),
        (
            "hook/nested.json",
            "hook",
            {
                "first_name": "Ella",
                "last_name": "Roth",
                "phones": [("", "0160 4443322"), ("", "0221 998877")],
                "property_street": "Rheinweg 5",
                "property_postal_code": "50667",
                "property_city": "Köln",
                "living_area": "140",
                "year_built": "1962",
                "campaign": {"utm_campaign": "herbst"},
            },
        ),
        (
            "hook/flat-german.json",
            "hook",
            {
                "salutation": "Frau",
                "title": "Dr.",
                "first_name": "Petra",
                "last_name": "von Stein",
                "street": "Ringstr. 12a",
                "postal_code": "10115",
                "city": "Berlin",
                "emails": ["petra@stein.example", "p2@stein.example"],
                "phones": [("mobile", "0171 2223344")],
                "further": [("DSGVO", "akzeptiert")],
            },
        ),
        (
            "hook/couple.form",
            "hook",
            {"salutation": "Eheleute", "last_name": "Müller", "phones": [("", "030 111222"), ("", "0172 3334445")]},
        ),
    ],
)
def test_a_person_is_read_from(name: str, parser: str, facts: dict[str, object]) -> None:
    (lead,) = read(name)
    assert said(lead) | facts == said(lead)
    assert lead.parser == parser


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("hook/nobody.json", "google_ads/test.json")])
def test_nothing_that_was_sent_is_dropped(name: str) -> None:
    text = "\n".join(everything(lead) + str(lead.occurred_at) for lead in read(name))
    sent = [one for one in tree.leaves(tree.parsed(type_of(name), sample(name))) if one.path not in KNOWN_AS_NOISE]
    lost = [
        one
        for one in sent
        if not all(word in text for word in re.findall(r"\w+", one.value)) and not is_noise(one.path)
    ]
    assert lost == []


KNOWN_AS_NOISE = {"google_key", "is_test", "api_version", "object"}


def is_noise(path: str) -> bool:
    """Return whether only programs read it: what a form is made of, keys of choices, moments, the envelope."""
    parts = {part for part in path.split(".") if not part.isdigit()}
    own = {"definition", "type", "ref", "refs", "ids", "required", "event_id", "form_id", "event_type"}
    own |= {
        "submitted_at",
        "created_time",
        "time",
        "field",
        "column_id",
        "column_name",
        "title",
        "id",
        "name",
        "date_created",
    }
    return bool(parts & own) or path.startswith(("_wpcf7", "entry"))


def test_a_list_holds_several_people() -> None:
    leads = read("hook/several.json")
    assert [(lead.facts["first_name"], lead.emails) for lead in leads] == [
        ("Uwe", ["uwe@kern.example"]),
        ("Ina", ["uwe@kern.example"]),
    ]
    with pytest.raises(NotRead, match="50 Personen"):
        as_json([{"name": "N"}] * 51)


def test_meta_names_ids_only() -> None:
    first, second = read("meta/two-and-another-kind.json")
    assert (first.foreign_id, second.foreign_id) == ("444444444444444444", "445")
    assert not first.is_named
    with pytest.raises(NoLead):
        as_json({"object": "page", "entry": [{"changes": [{"field": "feed", "value": {}}]}]})


def test_a_test_of_google_is_no_contact_and_its_key_is_kept_nowhere() -> None:
    (lead,) = read("google_ads/test.json")
    assert lead.is_test
    (real,) = read("google_ads/lead.json")
    assert "geheim" not in json.dumps(real.as_json())
    assert ("form_id", "90071992547409931") in real.further


def test_what_an_office_has_chosen_comes_before_all_else() -> None:
    mapping = {"answers.name": "name_first", "answers.art": "source_detail", "answers.zimmer": "text"}
    (lead,) = read("typeform/answers.json", mapping | {"answers.mail": "omit", "hidden.quelle": "title"})
    assert (lead.facts["first_name"], lead.facts["last_name"]) == ("Sørensen", "Edda")
    assert "property_kind" not in lead.facts
    assert (lead.message, lead.emails) == ("Zimmer: 4", [])
    assert (lead.facts["source_detail"], lead.facts["title"]) == ("Reihenhaus", "Messe")


def test_a_target_that_exists_no_more_keeps_the_value() -> None:
    (lead,) = as_json({"name": "Uwe Kern", "x": "y"}, {"x": "gone"})
    assert lead.further == [("x", "y")]


@pytest.mark.parametrize("name", NAMES)
def test_a_page_of_mappings_shows_every_value_with_a_target(name: str) -> None:
    if name.startswith("meta/") and name != "meta/answers.json":
        return
    for payload in hooks.payloads(tree.parsed(type_of(name), sample(name))):
        assert payload.fields and all(field.target is not None and field.value for field in payload.fields)


def test_a_consent_is_only_what_an_office_maps_and_what_clearly_agrees() -> None:
    sent = {"name": "Uwe Kern", "email": "u@kern.example", "ok": "", "url": "https://www.example/form"}
    mapping = {"ok": "consent_email", "url": "consent_place"}
    for value, granted in {"1": True, "Ja": True, "on": True, "nein": False, "0": False}.items():
        (consent,) = as_json(sent | {"ok": value}, mapping)[0].consents
        assert (consent.channel, consent.granted, consent.place) == ("email", granted, "https://www.example/form")
    (consent,) = as_json(sent | {"ok": "Ich willige ein, Post zu bekommen."}, mapping)[0].consents
    assert (consent.granted, consent.wording) == (True, "Ich willige ein, Post zu bekommen.")
    for unclear in ("vielleicht", "Ich möchte keine E-Mails", "Ich stimme nicht zu", "2"):
        (lead,) = as_json(sent | {"ok": unclear}, mapping)
        assert lead.consents == [] and ("ok", unclear) in lead.further
    assert as_json(sent | {"consent": "yes", "datenschutz": "akzeptiert"})[0].consents == []


@pytest.mark.parametrize(
    ("content_type", "body", "reason"),
    [
        ("application/json", b"", tree.EMPTY),
        ("application/json", b'{"name": "Halb', tree.BROKEN),
        ("application/json", b"[" * 10_000 + b"]" * 10_000, tree.TOO_DEEP),
        ("application/json", b'{"a":' * 25 + b"1" + b"}" * 25, tree.TOO_DEEP),
        ("application/json", b'{"a": "' + b"x" * 10_000_000 + b'"}', tree.TOO_LARGE),
        ("application/json", json.dumps({f"k{n}": "v" for n in range(10_000)}).encode(), tree.TOO_MANY),
        ("application/x-www-form-urlencoded", b"&".join(b"k%d=v" % n for n in range(10_000)), tree.TOO_MANY),
        ("application/x-www-form-urlencoded", b"a" + b"[x]" * 10_000 + b"=1", tree.TOO_DEEP),
        ("multipart/form-data; boundary=X", b"--X\r\n" * 10_000, tree.TOO_MANY),
        ("multipart/form-data", b"--X--", tree.BROKEN),
        ("application/json", b"[" + b"[]," * 300_000 + b"[]]", tree.TOO_MANY),
        ("text/html", b"<p>Guten Tag</p>", tree.UNKNOWN),
        ("application/json", b"[]", hooks.NOTHING),
        ("application/json", b'{"name": null}', hooks.NOTHING),
        ("application/json", sample("hook/nobody.json"), composing.NOBODY),
    ],
    ids=lambda value: None if isinstance(value, bytes) else str(value)[:24],
)
def test_what_cannot_be_read_says_why(content_type: str, body: bytes, reason: str) -> None:
    with pytest.raises(NotRead) as refused:
        hooks.leads_in(content_type, body, {})
    assert refused.value.reason == reason


PARTS = [
    (b'form-data; name="Gr\xc3\xb6\xc3\x9fe in m\xc2\xb2; etwa"', b"\r\n120", {"Größe in m²; etwa": "120"}),
    (b'form-data; name="Gr\xf6\xdfe"', b"\r\n120", {"Größe": "120"}),
    (b"form-data; name=Wunsch", b"\r\nZeile 1\r\n--X7 bleibt Text\r\n", {"Wunsch": "Zeile 1\r\n--X7 bleibt Text\r\n"}),
    (
        b'form-data;\r\n\tfilename="Grundri\xc3\x9f \\"EG\\".pdf"; NAME="Plan"',
        b"\r\n%PDF",
        {"Plan": 'Grundriß "EG".pdf'},
    ),
    (b'form-data; name="a[b]"\r\nContent-Transfer-Encoding: base64', b"\r\nw5Y=", {"a": {"b": "Ö"}}),
    (b'form-data; name="ohne Ende', b"\r\nx", {"ohne Ende": "x"}),
    (b'form-data; name="' + b";" * 900_000, b"\r\nx", {(";" * 5000)[: tree.MAX_KEY]: "x"}),
]


@pytest.mark.parametrize(("said", "content", "expected"), PARTS, ids=range(len(PARTS)))
def test_a_field_of_a_multipart_form(said: bytes, content: bytes, expected: object) -> None:
    body = b"davor\r\n--X7\r\nContent-Disposition: %b\r\n%b\r\n--X7--\r\ndanach" % (said, content)
    assert tree.parsed('multipart/form-data; charset=utf-8; boundary="X7"', body) == expected


def test_many_fields_are_kept_within_bounds_and_counted() -> None:
    (lead,) = as_json({"name": "Uwe Kern", **{f"frei{n}": f"Wert {n}" for n in range(500)}})
    assert (len(lead.further), lead.left_out) == (200, 300)


def test_a_long_value_is_kept_whole_in_the_message() -> None:
    (lead,) = as_json({"name": "Uwe Kern", "company": "F" * 5000})
    assert lead.facts["company"] == "F" * 2000
    assert lead.message == "company: " + "F" * 5000


@pytest.mark.parametrize("target", ["email", "phone", "full_name", "address", "consent_email"])
def test_what_is_too_much_for_a_target_is_kept_beside_it(target: str) -> None:
    values = [f"{number} Wert 040 55501{number:02} w{number}@kern.example" for number in range(90)]
    payload = {"name": "Uwe Kern"} | {f"k{number}": value for number, value in enumerate(values)}
    (lead,) = as_json(payload, {f"k{number}": target for number in range(90)})
    kept = everything(lead)
    assert [value for value in values if not all(word in kept for word in value.split())] == []
    assert max(len(lead.emails), len(lead.phones), len(lead.consents)) <= 10


def test_a_long_wording_of_a_consent_is_kept_whole() -> None:
    wording = "Ja. " * 450
    sent = {"name": "Uwe Kern", "ok": "ja", "text": wording}
    (lead,) = as_json(sent, {"ok": "consent_phone", "text": "consent_wording"})
    assert [consent.wording for consent in lead.consents] == [wording.strip()]

"""Our REST shape: what is understood, what is kept besides, and what is said of each field that is wrong."""

import json
import pickle
from typing import Any

import pytest

from intake.reading import api, composing, tree
from intake.reading.api import Malformed, Problem, Problems
from intake.reading.lead import ConsentGiven, Lead
from tests.intake.sampling import said, sample

KURZ = {"last_name": "Kurz"}


PAGER = {"kind": "pager", "number": "040 5550123"}


def read(payload: Any) -> Lead:
    return api.lead_in(json.dumps(payload).encode())


def problems(payload: Any) -> dict[str, str]:
    with pytest.raises(Problems) as refused:
        read(payload)
    return dict(refused.value.problems)


def test_everything_of_the_shape_is_understood() -> None:
    lead = api.lead_in(sample("api/full.json"))
    assert lead.occurred_at and lead.occurred_at.isoformat() == "2026-11-27T09:12:00+01:00"
    assert said(lead) | {"occurred_at": None} == {
        "source": "valuation",
        "source_detail": "Rechner Startseite",
        "occurred_at": None,
        "foreign_id": "w-17",
        "salutation": "mrs",
        "title": "Dr.",
        "first_name": "Sünje",
        "last_name": "Ahlers",
        "emails": ["suenje@ahlers.example", "s.ahlers@praxis.example"],
        "phones": [("mobile", "0151 55509999"), ("private", "0461 445566"), ("fax", "0461 445567")],
        "street": "Hafenkai 3",
        "postal_code": "24937",
        "city": "Flensburg",
        "property_kind": "house",
        "living_area": "128,5",
        "plot_area": "412",
        "year_built": "1987",
        "property_street": "Dünenweg 1",
        "property_postal_code": "25980",
        "property_city": "Sylt",
        "value": "489000",
        "value_from": "460000",
        "value_to": "515000",
        "value_provider": "Rechner AG",
        "value_link": "https://rechner.example/r/1",
        "sell_horizon": "6_months",
        "message": "Bitte um Rückruf.",
        "consents": [
            ConsentGiven("email", True, "Ja, schreiben Sie mir.", "3", "form", "https://www.example/"),
            ConsentGiven("phone", False),
        ],
        "campaign": {"utm_source": "google", "utm_campaign": "verkauf"},
        "further": [
            ("property.valuation.confidence", "medium"),
            ("tracking.variante", "B"),
            ("zimmer", "5"),
            ("ausstattung", "Kamin"),
            ("ausstattung", "Sauna"),
        ],
        "has_own_address": True,
    }


def test_a_last_name_is_enough() -> None:
    assert said(api.lead_in(sample("api/least.json"))) == {"last_name": "Kurz", "has_own_address": True}


def test_a_consent_has_no_signs_that_no_database_keeps() -> None:
    sent = {"channel": "email", "granted": True, "wording": "Ja\x00,\r\ngern\ud800.", "place": "\x00"}
    (given,) = read({"person": KURZ, "consents": [sent]}).consents
    assert (given.wording, given.place) == ("Ja ,\ngern .", "")


def test_what_is_new_is_kept() -> None:
    lead = api.lead_in(sample("api/new-fields.json"))
    assert lead.further == [
        ("person.haustier", "Hund"),
        ("person.partner.first_name", "Ole"),
        ("property.energy.class", "D"),
        ("lang", "de"),
        ("extra", "nur ein Text"),
    ]


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({"person": "Kurz"}, {"person": api.NEEDS_BRANCH}),
        ({"person": KURZ | {"first_name": ["A"]}}, {"person.first_name": api.NEEDS_TEXT}),
        ({"person": KURZ | {"first_name": True}}, {"person.first_name": api.NEEDS_TEXT}),
        ({"person": KURZ | {"first_name": "A" * 81}}, {"person.first_name": api.TOO_LONG}),
        ({"person": KURZ | {"email": "karl@@example"}}, {"person.email": api.NEEDS_EMAIL}),
        ({"person": KURZ | {"email": "a@b.example, c@d.example"}}, {"person.email": api.NEEDS_EMAIL}),
        ({"person": KURZ | {"emails": ["a@b.example", "x"]}}, {"person.emails.1": api.NEEDS_EMAIL}),
        ({"person": KURZ | {"phones": {"number": "1"}}}, {"person.phones": api.NEEDS_LIST}),
        ({"person": KURZ | {"phones": ["040 5550123"]}}, {"person.phones.0": api.NEEDS_BRANCH}),
        ({"person": KURZ | {"phones": [{"number": "abends"}]}}, {"person.phones.0.number": api.NEEDS_PHONE}),
        (
            {"person": KURZ | {"phones": [PAGER]}},
            {"person.phones.0.kind": api.NEEDS_CHOICE},
        ),
        ({"person": KURZ | {"phones": [{"number": "040 5550123"}] * 11}}, {"person.phones": api.TOO_MANY}),
        ({"person": KURZ | {"salutation": "Sir"}}, {"person.salutation": api.NEEDS_CHOICE}),
        ({"person": KURZ, "property": {"living_area": -1}}, {"property.living_area": api.NEEDS_NUMBER}),
        ({"person": KURZ, "property": {"living_area": 1e-300}}, {"property.living_area": api.NEEDS_NUMBER}),
        ({"person": KURZ, "property": {"living_area": "groß"}}, {"property.living_area": api.NEEDS_NUMBER}),
        ({"person": KURZ, "property": {"year_built": 20}}, {"property.year_built": api.NEEDS_YEAR}),
        ({"person": KURZ, "property": {"kind": "castle"}}, {"property.kind": api.NEEDS_CHOICE}),
        ({"person": KURZ, "property": {"sell_horizon": "2_years"}}, {"property.sell_horizon": api.NEEDS_CHOICE}),
        (
            {"person": KURZ, "property": {"valuation": {"report_url": "javascript:alert(1)"}}},
            {"property.valuation.report_url": api.NEEDS_LINK},
        ),
        ({"person": KURZ, "occurred_at": "gestern"}, {"occurred_at": api.NEEDS_MOMENT}),
        ({"person": KURZ, "occurred_at": "27.11.2026"}, {"occurred_at": api.NEEDS_MOMENT}),
        (
            {
                "person": KURZ,
                "consents": [{"channel": "fax", "granted": "ja", "method": ["form"], "wording": ["x"]}, 7],
            },
            {
                "consents.0.channel": api.NEEDS_CHOICE,
                "consents.0.granted": api.NEEDS_BOOLEAN,
                "consents.0.method": api.NEEDS_CHOICE,
                "consents.0.wording": api.NEEDS_TEXT,
                "consents.1": api.NEEDS_BRANCH,
            },
        ),
        ({"message": "Hallo"}, {"person": composing.NOBODY}),
        ({}, {"person": composing.NOBODY}),
    ],
    ids=lambda value: json.dumps(value)[:60],
)
def test_each_wrong_field_is_named(payload: Any, expected: dict[str, str]) -> None:
    assert problems(payload) == expected


def test_all_wrong_fields_are_named_at_once() -> None:
    assert set(problems({"person": {"email": "x", "title": {}}, "property": 1, "source": "?"})) == {
        "person.email",
        "person.title",
        "property",
        "source",
    }


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", tree.BROKEN),
        (b"name=Kurz", tree.BROKEN),
        (b'{"person": {"last_name": "Ku', tree.BROKEN),
        (b"[]", api.NO_OBJECT),
        (b'"Kurz"', api.NO_OBJECT),
        (b"[" * 10_000, tree.TOO_DEEP),
        (b'{"extra": {' + b",".join(b'"k%d": 1' % n for n in range(10_000)) + b"}}", tree.TOO_MANY),
        (b'{"message": "' + b"x" * 10_000_000 + b'"}', tree.TOO_LARGE),
    ],
    ids=["empty", "form", "cut off", "list", "text", "deep", "many", "10 MB"],
)
def test_what_is_no_object_is_malformed(body: bytes, reason: str) -> None:
    with pytest.raises(Malformed) as refused:
        api.lead_in(body)
    assert refused.value.reason == reason


def test_enormous_numbers_are_only_wrong() -> None:
    raw = b'{"person": {"last_name": "K"}, "property": {"living_area": 1e999999999, "plot_area": %b}, "extra": NaN}'
    with pytest.raises(Problems) as refused:
        api.lead_in(raw % (b"9" * 100_000))
    assert dict(refused.value.problems) == {
        "property.living_area": api.NEEDS_NUMBER,
        "property.plot_area": api.NEEDS_NUMBER,
    }


def test_problems_pass_between_processes() -> None:
    back = pickle.loads(pickle.dumps(Problems(api.WRONG, [Problem("a", api.TOO_LONG)])))
    assert (back.reason, back.problems) == (api.WRONG, [Problem("a", api.TOO_LONG)])


@pytest.mark.parametrize(("name", "most"), [("wording", 2000), ("wording_version", 40), ("place", 2000), ("ip", 60)])
def test_what_a_consent_has_no_room_for_is_refused_instead_of_cut(name, most) -> None:
    given = {"channel": "email", "granted": True, "wording": "Ja."}
    read({"person": KURZ, "consents": [given | {name: "x" * most}]})
    found = problems({"person": KURZ, "consents": [given | {name: "x" * (most + 1)}]})
    assert found == {f"consents.0.{name}": api.TOO_LONG}


def test_of_a_long_page_the_rest_is_kept_beside_the_evidence() -> None:
    page = f"https://www.krueger.example/{'x' * 300}"
    lead = read({"person": KURZ, "consents": [{"channel": "email", "granted": True, "wording": "Ja.", "place": page}]})
    assert (lead.consents[0].place, lead.further) == (page, [("consents.0.place", page)])

"""A lead survives being kept as JSON, and says whether anybody could answer."""

import json
import pickle
from datetime import UTC, datetime

import pytest

from intake.reading.lead import Confirmation, ConsentGiven, Lead, NoLead, NotRead

MOMENT = datetime(2026, 11, 27, 9, 12, tzinfo=UTC)


def full() -> Lead:
    return Lead(
        foreign_id="w-8812",
        occurred_at=MOMENT,
        facts={"first_name": "Jördis", "last_name": "Größmann"},
        emails=["joerdis@example.org"],
        phones=[("mobile", "0151 55501234"), ("fax", "040 5550199")],
        message="Bitte um Rückruf.",
        consents=[ConsentGiven("email", True, "Ja, bitte.", "3", "form", "https://form.example/")],
        campaign={"utm_source": "google"},
        further=[("Etage", "3"), ("Etage", "4")],
        subject="HH-0231",
        parser="api",
    )


def test_a_lead_kept_as_json_is_the_same_lead() -> None:
    kept = json.loads(json.dumps(full().as_json()))
    assert Lead.from_json(kept) == full()
    assert Lead.from_json(Lead().as_json()) == Lead()


@pytest.mark.parametrize(
    ("lead", "is_reachable", "is_named"),
    [
        (Lead(emails=["a@example.org"]), True, True),
        (Lead(phones=[("mobile", "0151 55501234")]), True, True),
        (Lead(phones=[("fax", "040 5550199")]), False, True),
        (Lead(facts={"street": "Am Deich 7", "city": "Hamburg"}), True, False),
        (Lead(facts={"street": "Am Deich 7", "last_name": "Größmann"}), False, True),
        (Lead(message="Hallo"), False, False),
    ],
)
def test_whether_anybody_could_answer(lead: Lead, is_reachable: bool, is_named: bool) -> None:
    assert (lead.is_reachable, lead.is_named) == (is_reachable, is_named)


def test_refusals_pass_between_processes() -> None:
    asked = Confirmation("Bitte bestätigen.", provider="Gmail", link="https://mail.example/c", code="1234")
    back = pickle.loads(pickle.dumps(asked))
    assert isinstance(back, NoLead) and isinstance(back, Confirmation)
    assert (back.reason, back.provider, back.link, back.code) == (asked.reason, "Gmail", asked.link, "1234")
    assert pickle.loads(pickle.dumps(NotRead("Nichts."))).reason == "Nichts."

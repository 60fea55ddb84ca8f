"""Submissions of the office's own forms, as `intake.website.submitting` writes them down."""

import json
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_noop as _

from intake.reading.lead import MAX_MESSAGE, ConsentGiven, Lead, NotRead, Suspicious

OFTEN = "often"  # why a submission is suspicious that a person may well have sent
UNSOLVED = "unsolved"  # nor is a browser without JavaScript a robot
DOUBTS = {
    OFTEN: _("Mit dieser Adresse kam heute schon sehr oft etwas. Bitte ansehen."),
    UNSOLVED: _("Es kam ohne die gelöste Rechenaufgabe, etwa aus einem Browser ohne JavaScript. Bitte ansehen."),
}
DOUBT = _("Das könnte ein Roboter gesendet haben. Bitte ansehen.")


def read(raw: bytes) -> list[Lead]:
    """Return the one lead of a submission. Raises NotRead, and Suspicious if a robot may have sent it."""
    try:
        sent = json.loads(raw)
        lead, suspicions = _lead(sent), sent["suspicions"]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise NotRead(_("Die Angaben des Formulars sind nicht lesbar.")) from None
    if suspicions:
        raise Suspicious(DOUBTS.get(suspicions[0], DOUBT), [lead])
    return [lead]


def _lead(sent: dict[str, Any]) -> Lead:
    lead = Lead(
        occurred_at=datetime.fromisoformat(sent["at"]),
        facts={"source": sent["source"], "source_detail": sent["title"]},
        campaign=dict(sent["campaign"]),
        consents=[_consent(one, sent["page"]) for one in sent["consents"]],
        parser="form",
    )
    for answer in sent["answers"]:
        _add(lead, answer["fact"], answer["label"], answer["value"])
    return lead


def _add(lead: Lead, fact: str, label: str, value: str) -> None:
    if fact == "email":
        lead.emails.append(value)
    elif fact == "phone":
        lead.phones.append(("", value))
    elif fact == "message":
        lead.message = value[:MAX_MESSAGE]
    elif fact:
        lead.facts[fact] = value
    else:
        lead.further.append((label, value))


def _consent(given: dict[str, Any], page: str) -> ConsentGiven:
    return ConsentGiven(
        channel=given["channel"], wording=given["wording"], wording_version=str(given["version"]), place=page
    )

"""Things that arrive, and a reader that the tests can tell what to do."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from accounts.models import Account
from intake import arrivals
from intake.models import Arrival, Inlet, InletKind
from intake.reading.lead import Lead, NoLead, NotRead

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
OLGA = {"facts": {"first_name": "Olga", "last_name": "Wagner"}, "emails": ["olga@st.example"], "message": "Bitte!"}
_keys = count(1)


def inlet(account: Account, kind: str = InletKind.HOOK, **more: Any) -> Inlet:
    return Inlet.objects.create(account=account, kind=kind, name="Unsere Website", created_at=NOW, **more)


def kept(place: Inlet, *people: dict[str, Any], key: str = "", now: datetime = NOW, **more: Any) -> Arrival:
    """Keep what `read` reads as these people."""
    raw = json.dumps({"people": people, **more}).encode()
    return arrivals.keep(inlet=place, key=key or f"k{next(_keys)}", raw=raw, content_type="application/json", now=now)


def read(raw: bytes, content_type: str, mapping: Mapping[str, Any]) -> list[Lead]:
    """A reader: of leads as they are kept, or of what goes wrong."""
    sent = json.loads(raw)
    if "unread" in sent:
        raise NotRead(sent["unread"])
    if "no_lead" in sent:
        raise NoLead(sent["no_lead"])
    if "fault" in sent:
        raise ZeroDivisionError(sent["fault"])
    return [Lead.from_json(person | {"parser": "tests"}) for person in sent["people"]]


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)

"""A lead as it was understood: plain texts as their sender wrote them. Nothing is guessed, and nothing dropped.

A reader takes what was sent and returns leads; it raises `NotRead`, or `NoLead` for what was never meant as one.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

MAX_BYTES = 1_000_000  # of what was sent
MAX_PEOPLE = 50  # in one mail or file
MAX_VALUE = 2000  # characters of a fact; the rest goes into the message
MAX_FURTHER = 200  # entries without a field
MAX_LABEL = 200  # characters
MAX_MESSAGE = 20_000  # characters
MAX_WORDING, MAX_VERSION, MAX_PLACE = 2000, 40, 200  # characters of a consent: as the evidence
MAX_REACH = 10  # numbers, and as many e-mail addresses


class Unread(Exception):
    """`reason` is a German sentence without values, marked for `gettext` where it is written."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotRead(Unread):
    """It may be a lead, but could not be understood: somebody has to look at it."""


class Suspicious(NotRead):
    """It was understood, but a robot may have sent it: it is taken in when somebody has looked at it and says so."""

    def __init__(self, reason: str, leads: "list[Lead]") -> None:
        super().__init__(reason)
        self.leads = leads


class NoLead(Unread):
    """It was understood, and is no lead: an advert, a search agent, a newsletter."""


class Confirmation(NoLead):
    """A mail provider asks whether mails may be forwarded to us; `link` or `code` answers it."""

    def __init__(self, reason: str, *, provider: str, link: str = "", code: str = "") -> None:
        super().__init__(reason)
        self.provider, self.link, self.code = provider, link, code

    def __reduce__(self) -> tuple[Any, ...]:
        return _confirmation, (self.reason, self.provider, self.link, self.code)


def _confirmation(reason: str, provider: str, link: str, code: str) -> Confirmation:
    return Confirmation(reason, provider=provider, link=link, code=code)


@dataclass(frozen=True)
class ConsentGiven:
    """A consent, or its refusal, that came with a lead."""

    channel: str  # as in `Consent.Channel`
    granted: bool = True
    wording: str = ""
    wording_version: str = ""
    method: str = "form"  # as in `Consent.Method`
    place: str = ""  # address of the page
    ip: str = ""


@dataclass
class Lead:
    """One person who asked, and what they said.

    `facts` are named as in `contacts.description.FACTS`, without numbers, addresses and whatever depends on the office.
    `left_out` counts what exceeded the limits: only the raw payload has it.
    """

    foreign_id: str = ""
    occurred_at: datetime | None = None
    facts: dict[str, str] = field(default_factory=dict)
    emails: list[str] = field(default_factory=list)
    phones: list[tuple[str, str]] = field(default_factory=list)  # kind, as in `contacts.contact_points`, and number
    message: str = ""
    consents: list[ConsentGiven] = field(default_factory=list)
    campaign: dict[str, str] = field(default_factory=dict)  # utm_source, gclid ...
    further: list[tuple[str, str]] = field(default_factory=list)  # label and value of all that has no field
    subject: str = ""  # what it is about: number and title of an object
    has_own_address: bool = True  # False: `emails` are relays of a portal, which may not be mailed by the funnel
    is_test: bool = False
    left_out: int = 0
    parser: str = ""  # the reader's name

    @property
    def is_reachable(self) -> bool:
        """Whether anybody could answer: by mail, telephone or letter."""
        by_letter = bool(self.facts.get("street") and (self.facts.get("city") or self.facts.get("postal_code")))
        return bool(self.emails) or any(kind != "fax" for kind, _number in self.phones) or by_letter

    @property
    def is_named(self) -> bool:
        """Whether there is anything to know the person by."""
        names = ("first_name", "last_name", "company", "partner_last_name")
        return bool(self.emails or self.phones or any(self.facts.get(name) for name in names))

    def as_json(self) -> dict[str, Any]:
        """Return what `from_json` reads."""
        return asdict(self) | {"occurred_at": self.occurred_at.isoformat() if self.occurred_at else None}

    @classmethod
    def kept(cls, read: Mapping[str, Any] | None) -> "Lead | None":
        """Return the lead in what is kept of something that arrived, None if there is none."""
        return cls.from_json(read) if read and "facts" in read else None

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Lead":
        moment = kept.get("occurred_at")
        return cls(
            **{
                **kept,
                "occurred_at": datetime.fromisoformat(moment) if moment else None,
                "phones": [(kind, number) for kind, number in kept.get("phones", ())],
                "further": [(label, value) for label, value in kept.get("further", ())],
                "consents": [ConsentGiven(**one) for one in kept.get("consents", ())],
            }
        )

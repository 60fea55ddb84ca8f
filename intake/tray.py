"""Reading the tray („Eingang“): what arrived, from where, and what became of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Any

from django.db.models import BinaryField, Case, QuerySet, When
from django.db.models.functions import Substr
from django.http import Http404, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Account, User
from base import keyset
from base.ids import is_id
from base.sql import all_rows
from contacts import facts
from contacts.contact_points import KINDS
from contacts.csv.fields import choice_of
from contacts.description import FACTS
from funnel import opt_in
from funnel.incoming.opened import PoisonMail, header, parse_bytes
from intake import opening
from intake.models import TO_LOOK_AT, Arrival, Inlet, InletKind, Result
from intake.reading import api, pages
from intake.reading.decoding import decoded
from intake.reading.lead import Lead, NotRead
from intake.reading.showing import HEADERS, Shown

PAGE = 50  # rows
SHOWN = 50_000  # characters of a raw text on its page
HEAD = 8_000  # bytes of a mail that was not read, in which its line looks for sender and subject
NOT_READ = (*TO_LOOK_AT, Result.DISCARDED)


def _id(text: str) -> int:
    """Return the id; raises ValueError."""
    if not is_id(text):
        raise ValueError
    return int(text)


ORDER = keyset.Order("pk", _id)
# The longest of the last pauses of each inlet; one that lasts twice as long, and a day at least, is a silence.
PAUSES = """
SELECT inlet.id, inlet.name, inlet.last_arrival_at, max(pause.length) FROM intake_inlet AS inlet, LATERAL (
    SELECT arrived_at - lead(arrived_at) OVER (ORDER BY id DESC) AS length FROM (
        SELECT id, arrived_at FROM intake_arrival WHERE inlet_id = inlet.id ORDER BY id DESC LIMIT 20
    ) AS last
) AS pause
WHERE inlet.account_id = %(account)s AND inlet.is_active GROUP BY inlet.id HAVING count(pause.length) >= 4
"""


@dataclass(frozen=True)
class Wanted:
    """What is asked for; anything that does not exist asks for nothing."""

    inlet: int | None = None
    result: str = ""  # "": all; "open": what waits for a person

    @classmethod
    def parse(cls, query: QueryDict, inlets: list[Inlet]) -> "Wanted":
        inlet, result = str(query.get("inlet", "")), str(query.get("result", ""))
        known = {str(one.pk) for one in inlets}
        return cls(
            int(inlet) if is_id(inlet) and inlet in known else None,
            result if result in ("open", *Result.values) else "",
        )


@dataclass(frozen=True)
class Tray:
    """A page of the tray, the newest first."""

    arrivals: list[Arrival]
    inlets: list[Inlet]
    wanted: Wanted
    silences: list[str]
    asks_nobody: bool  # to confirm a consent any more, today
    previous: str
    next: str


def load(user: User, query: QueryDict, now: datetime) -> Tray:
    """Return the requested page."""
    inlets = list(Inlet.objects.of(user.account).order_by("name", "pk"))
    wanted = Wanted.parse(query, inlets)
    head = When(content_type=opening.MAIL, result__in=NOT_READ, then=Substr("raw", 1, HEAD))
    rows = _found(user, wanted).defer("raw").select_related("inlet", "contact")
    rows = rows.annotate(head=Case(head, output_field=BinaryField()))
    page = keyset.page(rows, ORDER, descending=True, place=keyset.asked(query, ORDER), size=PAGE)
    for arrival in page.rows:
        arrival.who, arrival.about = _who(arrival)
    quiet = list(silences(user.account, now).values())
    before, after = (
        f"?{_query(wanted)}{side}={place}" if place else ""
        for side, place in (("before", page.previous), ("after", page.next))
    )
    asks_nobody = opt_in.has_asked_enough_strangers(user.account_id, now)
    return Tray(page.rows, inlets, wanted, quiet, asks_nobody, before, after)


def _found(user: User, wanted: Wanted) -> QuerySet[Arrival]:
    rows = Arrival.objects.of(user.account)
    if wanted.inlet:
        rows = rows.filter(inlet=wanted.inlet)
    if wanted.result:
        rows = rows.filter(result__in=TO_LOOK_AT if wanted.result == "open" else (wanted.result,))
    return rows


def _query(wanted: Wanted) -> str:
    inlet = f"inlet={wanted.inlet}&" if wanted.inlet else ""
    return inlet + (f"result={wanted.result}&" if wanted.result else "")


def silences(account: Account, now: datetime) -> dict[int, str]:
    """Return a sentence for each inlet that has been silent for longer than it usually is."""
    sentences = {row[0]: _silence(row, now) for row in all_rows(PAUSES, {"account": account.pk})}
    return {pk: sentence for pk, sentence in sentences.items() if sentence}


def _silence(row: tuple[Any, ...], now: datetime) -> str:
    """Return „seit 6 Tagen nichts von …“ if an inlet has been silent for longer than it usually is, else ""."""
    _pk, name, last, longest = row
    if last is None or now - last <= max(2 * longest, timedelta(days=1)):
        return ""
    days = (now - last).days
    sentence = ngettext("Seit %(days)s Tag nichts von „%(name)s“", "Seit %(days)s Tagen nichts von „%(name)s“", days)
    return sentence % {"days": days, "name": name}


def lead_of(arrival: Arrival) -> Lead | None:
    """Return what was read as a lead."""
    return Lead.kept(arrival.read)


def _who(arrival: Arrival) -> tuple[str, str]:
    """Return who it is from and what about, as far as it was read."""
    lead = lead_of(arrival)
    if lead is None:
        provider = ((arrival.read or {}).get("question") or {}).get("provider", "")
        sender, subject = _of_mail(bytes(getattr(arrival, "head", None) or b""))
        return provider or sender, subject
    name = f"{lead.facts.get('first_name', '')} {lead.facts.get('last_name', '')}".strip()
    reach = [*lead.emails, *(number for _kind, number in lead.phones)]
    who = name or lead.facts.get("company", "") or next(iter(reach), "")
    return who[:120], " ".join((lead.subject or lead.message).split())[:120]


def _of_mail(head: bytes) -> tuple[str, str]:
    """Return sender and subject of a mail that was not read."""
    try:
        mail = parse_bytes(head)
    except PoisonMail:
        return "", ""
    name, address = parseaddr(header(mail, "From"))
    return (name or address)[:120], header(mail, "Subject")[:120]


def lines(arrival: Arrival) -> list[tuple[str, str]]:
    """Return label and value of whatever was read."""
    lead = lead_of(arrival)
    if lead is None:
        return _question(arrival) or _problems(arrival)
    # PostgreSQL keeps the facts in an order of its own.
    found = [(facts.label(name), _shown(name, lead.facts[name])) for name in FACTS if name in lead.facts]
    found += [(facts.label("email"), address) for address in lead.emails]
    found += [(f"{facts.label('phone')} {KINDS.get(kind, '')}".strip(), number) for kind, number in lead.phones]
    found += [
        (_("Kennung beim Absender"), lead.foreign_id),
        (_("Betreff"), lead.subject),
        (_("Nachricht"), lead.message),
    ]
    found += [(_("Einwilligung"), f"{one.channel}: {one.wording}") for one in lead.consents if one.granted]
    return [(label, value) for label, value in (*found, *lead.further, *lead.campaign.items()) if value]


def _shown(name: str, value: str) -> str:
    """Return the value in words: „Wohnung“ for "apartment"."""
    choice = choice_of(name, value) if FACTS[name].kind == "choice" else None
    return facts.text(name, choice) if choice else value


def _question(arrival: Arrival) -> list[tuple[str, str]]:
    """Return what answers a provider that asks whether it may forward mails. Anybody can write such a mail."""
    found = (arrival.read or {}).get("question") or {}
    said = [(_("Anbieter"), "provider"), (_("Code zur Bestätigung"), "code"), (_("Adresse zur Bestätigung"), "link")]
    return [(label, str(found[name])) for label, name in said if found.get(name)]


def _problems(arrival: Arrival) -> list[tuple[str, str]]:
    """Return the fields that cannot be understood of what a program sent with a key, each with a sentence."""
    if arrival.inlet.kind != InletKind.API or arrival.result not in NOT_READ:
        return []
    try:
        api.lead_in(bytes(arrival.raw))
    except api.Problems as fault:
        return [(one.path, _(one.sentence)) for one in fault.problems]
    except NotRead:
        pass
    return []


def raw_of(arrival: Arrival) -> str:
    """Return the raw text of what arrived, as far as a page shows it."""
    return decoded(_raw(arrival))[:SHOWN]


def mail_of(arrival: Arrival) -> Shown:
    """Return a mail as it can be shown. Raises NotRead, and Http404 if it is none, or its raw text is gone."""
    raw = _raw(arrival)
    if arrival.content_type != opening.MAIL or not raw:
        raise Http404
    return opening.shown(raw)


def words_of(arrival: Arrival) -> str:
    """Return what arrived for people to read: of a mail who wrote, about what, and its text."""
    if arrival.content_type != opening.MAIL:
        return raw_of(arrival)
    try:
        mail = mail_of(arrival)
    except (NotRead, Http404):
        return raw_of(arrival)
    text = mail.text or "\n".join("\n".join(row) for row in pages.read(mail.html).rows)
    heads = [f"{_(label)}: {value}" for label, value in mail.headers if label in (HEADERS["From"], HEADERS["Subject"])]
    return "\n".join([*heads, "", text]).strip()


def _raw(arrival: Arrival) -> bytes:
    """Return what arrived; the first of its people has it."""
    raw = bytes(arrival.raw)
    if arrival.bundle and not raw:
        first = Arrival.objects.of(arrival.account_id).filter(pk=arrival.bundle).first()
        raw = bytes(first.raw) if first else b""
    return raw

"""A crawler that looks for leaks through links and forms, addresses, and references."""

import re
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

from django.db import connection, reset_queries, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.addresses import NEVER, Row, address, rows, walk, writes
from tests.offices import SEARCHED, Mark, Office, Ref, owned_models
from tests.overhearing import Overheard

STARTS = (
    "/",
    "/funnel/",
    "/contacts/",
    "/contacts/board/",
    "/contacts/new/",
    "/settings/",
    "/help/",
    "/feedback/",
)
MAX_ALIKE = 2  # pages that differ by an id only
# Sent to every page: parameters that pages may read, now or later.
QUERY = {
    "q": SEARCHED,
    "assignee": Ref("user"),
    "column": Ref("column"),
    "contact": Ref("contact"),
    "before": Ref("action"),
    "after": Ref("contact"),
    "page": "1",
}
SMUGGLED = (
    "account",
    "account_id",
    "user",
    "user_id",
    "author",
    "actor",
    "owner",
    "assignee_id",
    "column_id",
)


@dataclass(frozen=True)
class Reply:
    """The answer to a request, without parts that differ from request to request."""

    status: int
    text: str
    statements: int


@dataclass
class Crawl:
    """One user's crawl through the product. `faults` lists the findings."""

    browser: Callable[[], Client]
    office: Office
    strangers: list[Office]  # foreign and hidden objects, to be answered like unknown ones
    nothing: Office  # objects that do not exist
    forbidden: Iterable[str]
    faults: list[str] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)
    texts: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.untouched = fingerprint(self.strangers[0])
        self.overheard = Overheard(self.strangers[0])

    def addresses(self, only: Iterable[str] = (), *, fragments: tuple[bool, ...] = (True,)) -> None:
        """Request every address with own, foreign and unknown objects by GET and POST, as fragment or page."""
        for name, parameters, row in addressed(only):
            for fragment in fragments:
                if row.get != NEVER:
                    self._alike("GET", lambda it, n=name, p=parameters, r=row: (address(n, p, r, it), {}), fragment)
                if row.post != NEVER:
                    self._alike("POST", lambda it, n=name, p=parameters, r=row: self._sent(n, p, r, it), fragment)
            if row.get != NEVER and not name.startswith("mfa_"):  # its pages differ each time
                self._alike("GET", lambda it, n=name, p=parameters, r=row: self._asked(n, p, r, it), fragment=True)

    def references(self, only: Iterable[str] = ()) -> None:
        """Submit every form with a foreign and an unknown object in each field, and with additional fields."""
        for name, parameters, row in addressed(only):
            if row.post == NEVER:
                continue
            for key, value in row.body.items():
                if isinstance(value[0] if isinstance(value, list) else value, Ref):
                    self._alike(
                        "POST",
                        lambda it, n=name, p=parameters, r=row, k=key: self._referred(n, p, r, it, k),
                        True,
                    )
            where, body = self._sent(name, parameters, row, self.office)
            sound = self.ask("POST", where, body)
            smuggled = dict.fromkeys(SMUGGLED, self.strangers[0].account.pk) | body
            if self.ask("POST", where, smuggled).status != sound.status:
                self.faults.append(f"POST {where} reads fields that are not its own")

    def pages(self, starts: Iterable[str] = STARTS, within: str = "/") -> None:
        """Follow all links and forms."""
        waiting = deque(("GET", start, {}, False) for start in starts)
        while waiting:
            method, where, data, is_link = waiting.popleft()
            path, _, query = where.partition("?")
            likeness = re.sub(r"\d{10}|[0-9a-f-]{36}", "#", f"{method} {path} {sorted(parse_qs(query))} {sorted(data)}")
            self.seen[likeness] += 1
            if self.seen[likeness] > MAX_ALIKE or not path.startswith(within):
                continue
            reply = self.ask(method, where, data)
            if is_link and reply.status >= 400:
                self.faults.append(f"a link leads to {where}: {reply.status}")
            ways = ways_out(reply.text, where)  # changes are rolled back, so links to new objects are dead
            waiting.extend((*way, is_link and method == "GET") for *way, is_link in ways)

    def ask(self, method: str, where: str, data: dict[str, Any] | None = None, *, fragment: bool = False) -> Reply:
        """Send a request, follow its redirects, check what it wrote, and roll back."""
        reset_queries()  # the log is limited, and a full one drops entries
        client = self.browser()
        headers = {"hx_request": "true"} if fragment else {}
        send = client.post if method == "POST" else client.get
        with transaction.atomic(), CaptureQueriesContext(connection) as statements:
            before = writes()
            response = send(where, fresh(data or {}), headers=headers)
            count = len(statements)
            texts = [text_of(response)]
            for _ in range(5):
                if response.status_code not in (301, 302) or method != "POST":
                    break
                response = client.get(urljoin(where, response.headers["Location"]))
                texts.append(text_of(response))
            written = {table for table, times in writes().items() if times != before.get(table)}
            if written:
                self._look_at_rows(f"{method} {where}", written)
            transaction.set_rollback(True)
        self._look_at(f"{method} {where} {data or ''}", texts)
        if got := self.overheard.hear(query["sql"] for query in statements.captured_queries):
            self.faults.append(f"{method} {where} is told to a stream of another office: {got!r}")
        if response.status_code >= 500:
            self.faults.append(f"{method} {where}: {response.status_code}")
        first = int(texts[0].split(" ", 1)[0])
        return Reply(first, without_ids("\n".join(texts)), count)

    def _sent(self, name: str, parameters: list[str], row: Row, objects: Office) -> tuple[str, dict[str, Any]]:
        return address(name, parameters, row, objects), self.office.put(row.body)

    def _referred(
        self, name: str, parameters: list[str], row: Row, objects: Office, key: str
    ) -> tuple[str, dict[str, Any]]:
        where, body = self._sent(name, parameters, row, self.office)
        return where, body | objects.put({key: row.body[key]})

    def _asked(self, name: str, parameters: list[str], row: Row, objects: Office) -> tuple[str, dict[str, Any]]:
        where = address(name, parameters, row, self.office)
        return f"{where}?{urlencode(self.office.put(row.query) | objects.put(QUERY), doseq=True)}", {}

    def _alike(self, method: str, way: Callable[[Office], tuple[str, dict[str, Any]]], fragment: bool) -> None:
        """Check that foreign and hidden objects get the same answer as unknown ones."""
        where, data = way(self.office)
        self.ask(method, where, data, fragment=fragment)
        unknown_where, unknown_data = way(self.nothing)
        if (unknown_where, unknown_data) == (where, data):
            return  # names no object
        unknown = self.ask(method, unknown_where, unknown_data, fragment=fragment)
        expected = (unknown.status, without_ids(unknown.text, self.office, self.nothing), unknown.statements)
        for stranger in self.strangers:
            where, data = way(stranger)
            reply = self.ask(method, where, data, fragment=fragment)
            found = (reply.status, without_ids(reply.text, self.office, stranger), reply.statements)
            for what, one, other in zip(("status", "answer", "statements"), found, expected, strict=True):
                if one != other:
                    shown = f"{one} instead of {other}" if what != "answer" else difference(str(one), str(other))
                    self.faults.append(f"{method} {where} {data} tells foreign from unknown by its {what}: {shown}")

    def _look_at(self, what: str, texts: list[str]) -> None:
        self.texts.extend(texts)
        for text in texts:
            folded = re.sub(r"(?<=\d)[ /-]+(?=\d)", "", text.casefold())
            for sign in self.forbidden:
                at = folded.find(sign)
                if at >= 0:
                    self.faults.append(f"{what} shows {sign}: …{folded[max(at - 60, 0) : at + 40]!r}")

    def _look_at_rows(self, what: str, written: set[str]) -> None:
        self.faults.extend(f"{what} wrote across accounts: {row}" for row in across_accounts(written))
        found = fingerprint(self.strangers[0], written)
        if found != {table: self.untouched[table] for table in found}:
            self.faults.append(f"{what} changed rows of another account")


def fresh(data: dict[str, Any]) -> dict[str, Any]:
    """Return a new file for each request, since it is read only once."""
    return {name: value() if callable(value) else value for name, value in data.items()}


def text_of(response: HttpResponse) -> str:
    """Return status, headers and body as sent."""
    body = b"".join(response) if response.streaming else response.content  # type: ignore[attr-defined]
    headers = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
    return f"{response.status_code} {headers}\n\n{body.decode()}"


def without_ids(text: str, *offices: Office) -> str:
    """Return the answer without random values and without the requested ids."""
    ids = {str(one) for office in offices for one in office.refs.values()}
    for value in sorted(ids, key=len, reverse=True):
        text = text.replace(value, "#")
    return re.sub(
        r"\b[0-9A-Za-z]{64}\b|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|(Content-Length|Expires): .*|noch \d+ Minuten?"
        r"|(?<=name=.live. content=.)\d{13}|(?<=data-seen=.)[0-9a-f]{32}|(?<=since=)\d{10}\b",
        "~",
        text,
    )


def addressed(only: Iterable[str] = ()) -> Iterator[tuple[str, list[str], Row]]:
    """Return every address except those without a user: the login, signed links, and forms of websites."""
    signed = ("funnel:unsubscribe", "funnel:confirmation")
    doors = ("account_", "invitation", *signed, "intake:page", "intake:thanks", "intake:puzzle", "intake:hook")
    for name, parameters in walk():
        if (not only and not name.startswith(doors)) or name in only:
            yield name, parameters, rows().get(name, Row(name, "200", "200"))


def difference(one: str, other: str) -> str:
    at = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return f"{one[max(at - 60, 0) : at + 60]!r} instead of {other[max(at - 60, 0) : at + 60]!r}"


class _Ways(HTMLParser):
    """Collects the addresses in a page's attributes, and its forms with their fields."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str, dict[str, Any], bool]] = []
        self.form: tuple[str, str, dict[str, Any]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.form = (attributes.get("method", "get").upper(), attributes.get("action", ""), {})
        if self.form and attributes.get("name") and tag in ("input", "select", "textarea", "button"):
            self.form[2].setdefault(attributes["name"], attributes.get("value", ""))
        posts = self.form is not None and self.form[0] == "POST"
        for name, value in attributes.items():
            if not value.startswith(("/", "?")) or value.startswith("//") or name == "value":
                continue
            changes = name in ("hx-post", "hx-put", "hx-delete", "action") or (name == "formaction" and posts)
            if not changes:
                self.found.append(("GET", value, {}, tag == "a" and name == "href"))
            elif name != "action":
                self.found.append(("POST", value, dict(self.form[2]) if self.form else {}, False))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self.form:
            method, action, fields = self.form
            fields.pop("csrfmiddlewaretoken", None)
            where = f"{action}?{urlencode(fields)}" if method == "GET" and fields else action
            self.found.append((method, where, fields if method == "POST" else {}, False))
            self.form = None


def ways_out(text: str, where: str) -> Iterator[tuple[str, str, dict[str, Any], bool]]:
    """Return the links and forms of an answer."""
    found = _Ways()
    found.feed(text)
    location = re.search(r"^(?:Location|HX-Redirect): (\S+)", text, re.MULTILINE)
    if location:
        found.found.append(("GET", location[1], {}, False))
    for method, target, data, is_link in found.found:
        parts = urlsplit(urljoin(where, target))
        if not parts.path.startswith(("/static/", "/accounts/logout")) and parts.netloc in ("", "testserver"):
            yield method, f"{parts.path}?{parts.query}" if parts.query else parts.path, data, is_link


def fingerprint(office: Office, tables: set[str] | None = None) -> dict[str, tuple[int, int]]:
    """Return the count and a hash of another account's rows for each of these tables, or for all."""
    users = ", ".join(str(user.pk) for user in office.people.values())
    rows = {model._meta.db_table: f"account_id = {office.account.pk}" for model in owned_models()}
    rows |= {"accounts_account": f"id = {office.account.pk}"}
    rows |= dict.fromkeys(("mfa_authenticator", "account_emailaddress"), f"user_id IN ({users})")
    parts = [
        f"SELECT '{table}', count(*), sum(hashtext(t::text)::bigint) FROM {table} t WHERE {condition}"
        for table, condition in rows.items()
        if tables is None or table in tables
    ]
    return {table: (count, total) for table, count, total in _of_all(parts)}


def across_accounts(tables: set[str]) -> list[str]:
    """Return references from or to one of these tables between rows of different accounts."""
    parts = [
        f"SELECT '{model._meta.db_table}.{one.column}', count(*) FROM {model._meta.db_table} a "
        f"JOIN {one.related_model._meta.db_table} b ON b.{one.related_model._meta.pk.column} = a.{one.column} "
        "WHERE a.account_id <> b.account_id HAVING count(*) > 0"
        for model in owned_models()
        for one in model._meta.concrete_fields
        if one.related_model in owned_models() and tables & {model._meta.db_table, one.related_model._meta.db_table}
    ]
    return [f"{column} ({count})" for column, count in _of_all(parts)]


def _of_all(parts: list[str]) -> list[tuple[Any, ...]]:
    if not parts:
        return []
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return list(cursor.fetchall())


def signs(*marks: Mark) -> list[str]:
    return [sign for mark in marks for sign in mark.signs]

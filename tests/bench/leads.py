"""Leads that other programs post: how many a second, beside the bare insert of the same rows; what moves have left."""

import http.client
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import psycopg
from django.test import Client
from django.utils import timezone

from accounts.models import User
from contacts.models import Contact
from intake import keys
from intake.models import Arrival
from tests.bench.clients import Load
from tests.bench.counting import counted
from tests.bench.dragging import Dragging
from tests.bench.products import pss

WHERE = "/api/v1/contacts/"
CLIENTS = 8
PACE = 0.25  # seconds between two leads while moves are measured
LEAD, IDLE = "lead by REST", "move, before leads arrive"
BUSY = "move, while 4 leads a second arrive"
BARE = "bare insert of a lead"
# The rows of a lead, copied from one that was taken in: what they cost PostgreSQL alone.
TABLES = {
    "contacts_contact": ("id", {"foreign_ids": "'[]'"}),
    "pipeline_card": ("contact_id", {"rank": "md5(random()::text)"}),
    "contacts_action": ("contact_id", {"key": "NULL"}),
    "contacts_change": ("contact_id", {}),
    "intake_arrival": ("contact_id", {"key": "md5(random()::text)"}),
}
_numbers = count(1)


def lead() -> dict[str, Any]:
    number = next(_numbers)
    person = {"first_name": "Olga", "last_name": f"Lead{number}", "email": f"lead{number}@bench.example"}
    phone = {"kind": "mobile", "number": f"0151 {10_000_000 + number}"}
    return {"source": "portal", "person": person | {"phones": [phone]}, "message": "Bitte um Rückruf."}


@dataclass
class Program:
    """Another program with a key and one connection."""

    port: int
    token: str
    connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def post(self) -> int:
        headers = {"Host": f"localhost:{self.port}", "Authorization": f"Bearer {self.token}"}
        headers["Content-Type"] = "application/json"
        self.connection.request("POST", WHERE, json.dumps(lead()).encode(), headers)
        answer = self.connection.getresponse()
        answer.read()
        return answer.status


def rows(anna: User, port: int, server: Any, dragging: Dragging, seconds: float) -> list[dict[str, Any]]:
    """Return what leads cost and reach, and the moves of the same run while some arrive."""
    token = keys.issue(user=anna, name="bench", may_read=False, may_write=True, now=timezone.now()).token
    headers = {"host": "localhost", "authorization": f"Bearer {token}"}
    client, body = Client(headers=headers), {"content_type": "application/json"}
    client.post(WHERE, lead(), **body)  # whose use of the key is noted
    statements, written = counted(lambda: client.post(WHERE, lead(), **body))
    before = pss(server)
    load = _load([Program(port, token).post for _ in range(CLIENTS)], seconds, good=201)
    idle, _ = dragging.run(dragging.own(), CLIENTS, seconds)
    with _arriving(Program(port, token)):
        busy, _ = dragging.run(dragging.own(), CLIENTS, seconds)
    grown = {"name": f"memory of web and worker after these leads: {pss(server) - before:+.0f} MB", "p50": ""}
    lead_row = _row(LEAD, load, statements=statements, written=written)
    return [lead_row, _row(IDLE, idle), _row(BUSY, busy), grown | {"errors": 0}]


def bare(url: str, seconds: float) -> dict[str, Any]:
    """Return the rate of inserting the same rows in one transaction each."""
    taken = Arrival.objects.exclude(contact=None).order_by("-pk").values_list("contact_id", flat=True)
    one = Contact.objects.get(pk=taken[0])
    wires = [psycopg.connect(url) for _ in range(CLIENTS)]
    copies = [_copies(wires[0], one.pk)] * CLIENTS

    def step(number: int) -> Callable[[], int]:
        def insert() -> int:
            wire = wires[number]
            (new,) = wire.execute("SELECT nextval('contacts_contact_id_seq')").fetchone()  # type: ignore[misc]
            for statement in copies[number]:
                wire.execute(statement, {"new": new, "old": one.pk})
            wire.commit()
            return 201

        return insert

    load = _load([step(number) for number in range(CLIENTS)], seconds, good=201)
    for wire in wires:
        wire.close()
    return _row(BARE, load)


def _copies(wire: psycopg.Connection, contact: int) -> list[str]:
    """Return a statement for each table that copies the rows of a contact for a new one."""
    statements = []
    for table, (owner, more) in TABLES.items():
        sql = "SELECT column_name, column_default FROM information_schema.columns WHERE table_name = %s"
        identity = "SELECT pg_get_serial_sequence(%s, 'id')"
        names = [name for name, _default in wire.execute(sql, [table]).fetchall()]
        has_id = "id" in names and owner != "id"
        values = {name: name for name in names if name != "id" or owner == "id"}
        values |= {owner: "%(new)s"} | {name: value for name, value in more.items() if name in names}
        if has_id:
            sequence = wire.execute(identity, [table]).fetchone()[0]  # type: ignore[index]
            values["id"] = f"nextval('{sequence}')"
        columns = ", ".join(f'"{name}"' for name in values)
        chosen = ", ".join(value if value != name else f'"{name}"' for name, value in values.items())
        statements.append(
            f"INSERT INTO {table} ({columns}) SELECT {chosen} FROM {table} WHERE {owner} = %(old)s LIMIT 1"
        )
    return statements


def _load(steps: list[Callable[[], int]], seconds: float, *, good: int) -> Load:
    times: list[float] = []
    faults: list[int] = []
    start = time.perf_counter()

    def work(step: Callable[[], int]) -> None:
        while time.perf_counter() - start < seconds:
            begun = time.perf_counter()
            status = step()
            times.append((time.perf_counter() - begun) * 1000)
            if status != good:
                faults.append(status)

    threads = [threading.Thread(target=work, args=[step]) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Load(time.perf_counter() - start, times, len(faults))


class _arriving:
    """Post a lead each `PACE` seconds meanwhile."""

    def __init__(self, program: Program) -> None:
        self.program, self.over = program, threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self) -> None:
        while not self.over.wait(PACE):
            self.program.post()

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, *error: object) -> None:
        self.over.set()
        self.thread.join()


def _row(name: str, load: Load, **exact: Any) -> dict[str, Any]:
    figures = {"rate": round(load.rate, 1), "p50": round(load.quantile(0.5), 2), "p95": round(load.quantile(0.95), 1)}
    return {"name": name, "clients": CLIENTS, "errors": load.errors, **figures, **exact}

"""One size of the benchmark: start the production server on a filled database and print the rows as JSON."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from operator import methodcaller
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import django

django.setup()

from django.db import connection, transaction  # noqa: E402
from django.template.loader import render_to_string  # noqa: E402
from django.test import Client, RequestFactory  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from accounts.models import User  # noqa: E402
from config import server_user  # noqa: E402
from config.room import with_room  # noqa: E402
from pipeline.models import Card, Column  # noqa: E402
from pipeline.views.board import board_context  # noqa: E402
from tests.bench import imports, mails  # noqa: E402
from tests.bench.clients import Browser, Load, Mover, run  # noqa: E402
from tests.cast import rows_written  # noqa: E402

SECONDS = float(os.environ.get("BENCH_SECONDS", "6"))
OWN = ("Nicht erreicht", "Termin vereinbart", "Bewertung erstellt", "Kein Auftrag")
HEADERS = {"host": "localhost", "accept-encoding": "gzip"}


def main() -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    anna = User.objects.get(email="anna@krueger.example")
    client = Client(headers=HEADERS)
    client.force_login(anna)
    cookie = f"sessionid={client.cookies['sessionid'].value}"
    rendering = in_memory(client, anna)  # first, on a quiet server
    with served() as port:
        dragging = Dragging(client, anna, cookie, port)
        rows = pages(client, cookie, port) + moves(dragging)
        rows.append(row("Django view that does nothing", quiet(port, cookie, 1), clients=1))
        rows.append(row("Django view that does nothing", quiet(port, cookie, 8), clients=8))
        contacts = list(Card.objects.of(anna.account).order_by("pk").values_list("pk", flat=True))
        rows += mails.rows(anna, lambda: dragging.run(8)[0])
    rows += imports.rows(anna)
    rows += [bare_move(anna, contacts, clients) for clients in (1, 8)]
    rows.append(rendering)
    print("ROWS " + json.dumps(rows))


def row(name: str, load: Load, clients: int, **exact: object) -> dict[str, object]:
    return {
        "name": name,
        "clients": clients,
        "rate": round(load.rate, 1),
        "p50": round(load.quantile(0.5), 1),
        "p95": round(load.quantile(0.95), 1),
        "errors": load.errors,
        **exact,
    }


@contextmanager
def served() -> Iterator[int]:
    """Run the production server as in `make run`, on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "--config", "config/gunicorn.py"]
    process = subprocess.Popen(command, env=os.environ | {"PORT": str(port)})
    try:
        for _ in range(100):
            time.sleep(0.1)
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def counted(act: Callable[[], object]) -> tuple[int, int]:
    """Return the SQL statements (without transaction control) and rows written by one request, and undo it."""
    with transaction.atomic():
        before = rows_written()  # earlier writes of this connection may not be counted yet
        with CaptureQueriesContext(connection) as queries:
            act()
        written = rows_written() - before
        transaction.set_rollback(True)
    control = re.compile(r"SAVEPOINT|RELEASE|ROLLBACK|BEGIN|COMMIT")
    return sum(not control.match(query["sql"]) for query in queries), written


def pages(client: Client, cookie: str, port: int) -> list[dict[str, object]]:
    rows = []
    for name, path, is_page in (
        ("board open", "/contacts/board/", True),
        ("list open", "/contacts/", True),
        ("search while typing, list", "/contacts/?q=mueller+koeln", False),
        ("search while typing, board", "/contacts/board/?q=mueller+koeln", False),
        ("search, list, a full page found", "/contacts/?q=sch+ber", False),
    ):
        get = partial(client.get, path, headers=HEADERS | {"hx-request": "false" if is_page else "true"})
        get()
        statements, written = counted(get)
        ask = methodcaller("request", "GET", path, is_page=is_page)
        load = run([Browser(port, cookie)], lambda _, ask=ask: ask, SECONDS)
        rows.append(row(name, load, 1, statements=statements, written=written, size=load.size))
    return rows


@dataclass
class Dragging:
    """Clients that drag cards between a board's own columns."""

    client: Client
    anna: User
    cookie: str
    port: int

    def __post_init__(self) -> None:
        page = self.client.get("/contacts/board/", headers={"accept-encoding": "identity"}).content
        token = re.search(rb'name="csrf-token" content="(\w+)"', page)
        assert token
        self.token = token[1].decode()
        self.cookie += f"; csrftoken={self.client.cookies['csrftoken'].value}"
        own = Column.objects.of(self.anna.account).filter(name__in=OWN)
        self.columns = list(own.values_list("pk", flat=True))

    def cost(self) -> tuple[int, int]:
        """Return the SQL statements and rows written of one move."""
        card = Card.objects.of(self.anna.account).filter(column=self.columns[0]).first()
        assert card
        body = {"column": self.columns[1], "after": "", "version": card.version, "key": "count"}
        path, headers = f"/cards/{card.pk}/position/", {"hx-request": "true"}
        return counted(lambda: self.client.post(path, body, headers=headers))

    def run(self, clients: int) -> tuple[Load, int]:
        """Run the clients, each with its share of the cards. Return also the number of wrong cards afterwards."""
        cards = list(Card.objects.of(self.anna.account).filter(column__in=self.columns).order_by("pk"))
        before = set(Card.objects.of(self.anna.account).values_list("pk", flat=True))
        shares = [cards[number::clients] for number in range(clients)]
        movers = [Mover({c.pk: [c.column_id, c.version] for c in share}, self.columns) for share in shares]
        browsers = [Browser(self.port, self.cookie, self.token) for _ in range(clients)]
        load = run(browsers, lambda number: movers[number], SECONDS)
        return load, wrong_cards(self.anna, movers, before)


def moves(dragging: Dragging) -> list[dict[str, object]]:
    statements, written = dragging.cost()
    rows = []
    for clients in (1, 8, 32):
        load, wrong = dragging.run(clients)
        exact = {"statements": statements, "written": written, "size": load.size, "wrong": wrong}
        rows.append(row("move", load, clients, **exact))
    return rows


def wrong_cards(anna: User, movers: list[Mover], before: set[int]) -> int:
    """Return the number of cards that are lost, share a place, or are not where their client was told."""
    cards = {card.pk: card for card in Card.objects.of(anna.account)}
    shared = len(cards) - len({(card.column_id, card.rank) for card in cards.values()})
    told = {pk: state for mover in movers for pk, state in mover.cards.items()}
    misplaced = sum([cards[pk].column_id, cards[pk].version] != state for pk, state in told.items())
    return len(before ^ set(cards)) + shared + misplaced


def quiet(port: int, cookie: str, clients: int) -> Load:
    browsers = [Browser(port, cookie) for _ in range(clients)]
    return run(browsers, lambda _: methodcaller("request", "GET", "/healthz"), SECONDS)


def bare_move(anna: User, contacts: list[int], clients: int) -> dict[str, object]:
    """Return pgbench's rate for the plain transaction, on the same server with the same rows."""
    address = urlsplit(os.environ["DATABASE_URL"])
    host = parse_qs(address.query)["host"][0]
    program = server_user.of(Path(os.environ["DATA_DIR"])).binary("pgbench", None)
    columns = list(Column.objects.of(anna.account).filter(name__in=OWN[1:3]).values_list("pk", flat=True))
    variables = {
        "account": anna.account_id,
        "first_contact": contacts[0],
        "last_contact": contacts[-1],
        "first_column": min(columns),
        "last_column": max(columns),
    }
    command = [str(program), "-h", host, "-U", address.username or "postgres", "-n", "-M", "prepared"]
    command += ["-c", str(clients), "-j", "2", "-T", str(int(SECONDS)), "-f", "tests/bench/bare_move.sql"]
    command += [f"-D{name}={value}" for name, value in variables.items()]
    printed = subprocess.run([*command, address.path[1:]], capture_output=True, text=True, check=True).stdout
    rate = float(re.findall(r"tps = ([\d.]+)", printed)[-1])
    average = float(re.findall(r"latency average = ([\d.]+)", printed)[-1])
    return {"name": "bare move by pgbench", "clients": clients, "rate": round(rate, 1), "p50": average}


def in_memory(client: Client, anna: User) -> dict[str, object]:
    """Return the server time of the board and of rendering the same page from memory (median of 15 pairs).

    Both use the stack that the server reserves for each request.
    """
    request = RequestFactory(headers=HEADERS).get("/contacts/board/")
    request.user, request.account, request.session, request.htmx = anna, anna.account, client.session, False
    context = board_context(request)
    pairs = []
    for _ in range(15):
        times = []
        for act in (
            with_room(lambda: client.get("/contacts/board/")),
            with_room(lambda: render_to_string("pipeline/board.html", context, request)),
        ):
            begun = time.perf_counter()
            act()
            times.append((time.perf_counter() - begun) * 1000)
        pairs.append(times)
    pairs.sort(key=lambda pair: pair[0] / pair[1])
    whole, rendering = pairs[len(pairs) // 2]
    name = "board, whole request in the process / rendering alone"
    return {
        "name": name,
        "p50": round(whole, 1),
        "p95": round(rendering, 1),
        "ratio": round(whole / rendering, 2),
    }


if __name__ == "__main__":
    main()

"""One size of the benchmark: starts the production server on a filled database and prints its rows as JSON."""

import json
import os
import re
import subprocess
import sys
import time
from operator import methodcaller
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import django

django.setup()

from django.db.models import Max, Min  # noqa: E402
from django.template.loader import render_to_string  # noqa: E402
from django.test import Client, RequestFactory  # noqa: E402

from accounts.models import Account, User  # noqa: E402
from config import server_user  # noqa: E402
from config.room import with_room  # noqa: E402
from pipeline.models import Card, Column  # noqa: E402
from pipeline.views.board import board_context  # noqa: E402
from tests.bench import browsing, imports, leads, mails, pages, streams  # noqa: E402
from tests.bench.against import Race  # noqa: E402
from tests.bench.clients import Browser, Load, run  # noqa: E402
from tests.bench.counting import counted  # noqa: E402
from tests.bench.dragging import OWN, Dragging  # noqa: E402
from tests.bench.products import Office, Product, of_commit, of_this_checkout, pss  # noqa: E402
from tests.cast import enter  # noqa: E402

SECONDS = float(os.environ.get("BENCH_SECONDS", "6"))
HEADERS = {"host": "localhost", "accept-encoding": "gzip"}
Row = dict[str, object]


def main() -> None:
    anna = User.objects.get(email="anna@krueger.example")
    client = enter(Client(headers=HEADERS), anna)
    rendering = in_memory(client, anna)  # first, on a quiet server
    contacts = Card.objects.of(anna.account).aggregate(first=Min("pk"), last=Max("pk"))  # of the demo, without gaps
    product = of_this_checkout(Path(os.environ["DATA_DIR"]))
    office = Office(product)
    with product.served(with_worker=True) as (port, server):
        dragging = Dragging(office, port)
        empty = [
            row("Django view that does nothing", quiet(port, office.cookie, clients), clients) for clients in (1, 8)
        ]
        rows = [opened(work, client, port, office.cookie) for work in pages.works(anna)]
        rows += for_an_agent(product, port)
        rows += moves(client, anna, dragging)
        rows += empty
        rows.append(browsing.row(port, office.cookie))
        rows += streams.rows(product, port, dragging, SECONDS)
        rows += leads.rows(anna, port, server, dragging, SECONDS)
        memory = f"memory of web and worker, PSS: {pss(server):.0f} MB"
        rows.append({"name": memory, "p50": "", "errors": 0})
    with product.served() as (port, _server):
        dragging = Dragging(office, port)
        rows += mails.rows(product, office, lambda: dragging.run(dragging.own(), 8, SECONDS)[0])
    rows += imports.rows(anna)
    race = against(product)  # before pgbench, which leaves ranks and versions that no move of ours can follow
    rows += [bare_move(anna, contacts, clients) for clients in (1, 8)]
    rows.append(leads.bare(product.url, SECONDS))
    rows.append(rendering)
    rows += race
    print("ROWS " + json.dumps(rows))


def against(product: Product) -> list[Row]:
    """The rows of the race with another commit, whose data directory is the argument if there is one."""
    if len(sys.argv) == 1:
        return []
    commit, directory = os.environ["BENCH_AGAINST"], Path(sys.argv[1])
    return Race(product, of_commit(commit, directory), commit, SECONDS).rows(mails.MAILS, imports.ROWS)


def row(name: str, load: Load, clients: int, **exact: object) -> Row:
    return {
        "name": name,
        "clients": clients,
        "rate": round(load.rate, 1),
        "p50": round(load.quantile(0.5), 2),
        "p95": round(load.quantile(0.95), 1),
        "errors": load.errors,
        **exact,
    }


def opened(work: pages.Work, client: Client, port: int, cookie: str) -> Row:
    """A page's row. Most are asked for a third of the time, because there are so many."""
    statements, written = work.cost(client)
    ask = methodcaller("request", "GET", work.path, is_page=work.is_page)
    load = run([Browser(port, cookie)], lambda _: ask, SECONDS / 3)
    return row(work.name, load, 1, statements=statements, written=written, size=load.size, mark=work.mark)


def for_an_agent(product: Product, port: int) -> list[Row]:
    """Measure pages of an agent while agents of the office see only their own contacts."""
    sofia = User.objects.get(email="sofia@krueger.example")
    client = enter(Client(headers=HEADERS), sofia)
    offices = Account.objects.filter(pk=sofia.account_id)
    offices.update(agents_see=Account.Sight.OWN)
    try:
        cookie = Office(product, sofia.email).cookie
        return [opened(work, client, port, cookie) for work in pages.of_an_agent()]
    finally:
        offices.update(agents_see=Account.Sight.ALL)


def moves(client: Client, anna: User, dragging: Dragging) -> list[Row]:
    rows = []
    for name, columns, clients in (
        ("move", dragging.own(), 1),
        ("move into any column", dragging.mixed(), 1),
        ("move into any column", dragging.mixed(), 8),
        ("move", dragging.own(), 8),
        ("move", dragging.own(), 32),
    ):
        series = None if columns == dragging.own() else Column.Key.CONTACTED
        statements, written = cost_of_a_move(client, anna, dragging.own()[0], series)
        load, wrong = dragging.run(columns, clients, SECONDS)
        exact = {"statements": statements, "written": written, "size": load.size, "wrong": wrong}
        rows.append(row(name, load, clients, **exact, **({"mark": 6} if clients == 1 and not series else {})))
    return rows


def cost_of_a_move(client: Client, anna: User, source: int, series: str | None) -> tuple[int, int]:
    """SQL statements and rows written of one move into an own column, or into one that starts a series."""
    columns = Column.objects.of(anna.account)
    target = columns.get(key=series) if series else columns.get(name=OWN[1])
    cards = Card.objects.of(anna.account).filter(column=source)
    card = (cards.filter(contact__consents__granted=True) if series else cards).first() or cards.first()
    assert card
    body = {"column": target.pk, "after": "", "version": card.version, "key": "count"}
    path, headers = f"/cards/{card.pk}/position/", {"hx-request": "true"}
    return counted(lambda: client.post(path, body, headers=headers))


def quiet(port: int, cookie: str, clients: int) -> Load:
    browsers = [Browser(port, cookie) for _ in range(clients)]
    return run(browsers, lambda _: methodcaller("request", "GET", "/healthz"), SECONDS)


def bare_move(anna: User, contacts: dict[str, int], clients: int) -> dict[str, object]:
    """pgbench's rate for the bare transaction, on the same server with the same rows."""
    address = urlsplit(os.environ["DATABASE_URL"])
    host = parse_qs(address.query)["host"][0]
    program = server_user.of(Path(os.environ["DATA_DIR"])).binary("pgbench", None)
    columns = list(Column.objects.of(anna.account).filter(name__in=OWN[1:3]).values_list("pk", flat=True))
    variables = {
        "account": anna.account_id,
        "first_contact": contacts["first"],
        "last_contact": contacts["last"],
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
    """The board's server time beside rendering the same page from a list in memory (median of 15 pairs).

    Both with the room on the stack that the server gives every request.
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

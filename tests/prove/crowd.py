"""Many concurrent users who read pages and move cards, each over one kept connection, without retries."""

import http.client
import random
import threading
import time
from collections import Counter
from types import TracebackType
from urllib.parse import urlencode
from uuid import uuid4

from tests.config.production import Browser, Production

PAGES = ("/contacts/", "/contacts/board/", "/help/")
PEOPLE = 6
PAUSE = 0.3  # seconds at most between two requests of one person
OFFICE = "account_id = (SELECT id FROM accounts_account WHERE name = 'Krüger Immobilien')"
COLUMNS = f"SELECT id FROM pipeline_column WHERE {OFFICE} AND key IS NULL ORDER BY position LIMIT 2"
CARDS = f"SELECT contact_id, version, column_id FROM pipeline_card WHERE {OFFICE} ORDER BY contact_id"
MOVES = f"SELECT contact_id, count(*) FROM pipeline_move WHERE {OFFICE} GROUP BY contact_id"


class Crowd:
    """A context manager during which users send requests. `faults`: every unexpected response."""

    def __init__(self, house: Production, port: int, people: int = PEOPLE, pause: float = PAUSE) -> None:
        self.house, self.port, self.pause = house, port, pause
        self.person = Browser(port).log_in("anna@krueger.example")
        self.columns = [row[0] for row in house.ask(COLUMNS)]
        self.cards = {contact: (version, column) for contact, version, column in house.ask(CARDS)}
        self.moves = Counter(dict(house.ask(MOVES)))
        self.asked, self.answered, self.longest = 0, 0, 0.0
        self.moved: Counter[int] = Counter()
        self.faults: list[str] = []
        self.is_over = threading.Event()
        contacts = list(self.cards)
        self.people = [
            threading.Thread(target=self.visit, args=(contacts[place::people], random.Random(place)))
            for place in range(people)
        ]

    def __enter__(self) -> "Crowd":
        for person in self.people:
            person.start()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.is_over.set()
        for person in self.people:
            person.join()

    def visit(self, contacts: list[int], dice: random.Random) -> None:
        """Nobody else moves these contacts, so no move is overtaken."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=90)
        while not self.is_over.wait(dice.random() * self.pause):
            try:
                if dice.random() < 0.5:
                    self.ask(line, "GET", dice.choice(PAGES))
                else:
                    self.move(line, dice.choice(contacts))
            except (OSError, http.client.HTTPException) as fault:
                self.faults.append(f"{type(fault).__name__}: {fault}")
                line.close()
        line.close()

    def move(self, line: http.client.HTTPConnection, contact: int) -> None:
        version, column = self.cards[contact]
        target = next(other for other in self.columns if other != column)
        body = {"column": target, "after": "", "version": version, "key": uuid4().hex, "via": "board"}
        if self.ask(line, "POST", f"/cards/{contact}/position/", urlencode(body)) == 200:
            self.cards[contact] = (version + 1, target)
            self.moved[contact] += 1

    def ask(self, line: http.client.HTTPConnection, method: str, path: str, body: str | None = None) -> int:
        headers = {
            "Host": f"localhost:{self.port}",
            "Origin": f"http://localhost:{self.port}",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.person.cookies.items()),
            "X-CSRFToken": self.person.cookies["csrftoken"],
            "Content-Type": "application/x-www-form-urlencoded",
        }
        begun = time.monotonic()
        self.asked += 1
        line.request(method, path, body, headers | ({"HX-Request": "true"} if body else {}))
        answer = line.getresponse()
        text = answer.read()
        self.longest = max(self.longest, time.monotonic() - begun)
        if answer.status == 200:
            self.answered += 1
        else:
            self.faults.append(f"{answer.status} {method} {path}: {text[-300:]!r}")
        return answer.status

    def effects(self) -> list[str]:
        """Return cards whose history does not contain each acknowledged move exactly once."""
        moves, cards = Counter(dict(self.house.ask(MOVES))), self.house.ask(CARDS)
        found = []
        for contact, version, column in cards:
            recorded = moves[contact] - self.moves[contact]
            if recorded != self.moved[contact] or (version, column) != self.cards[contact]:
                found.append(f"contact {contact}: {self.moved[contact]} acknowledged, {recorded} recorded")
        return found

    def summary(self) -> str:
        asked, moved = f"{len(self.faults)} of {self.asked:,} failed", sum(self.moved.values())
        return f"{asked}, {moved:,} moves with one effect each, longest wait {self.longest:.1f} s"

"""Clients that keep their connection and repeat one step."""

import http.client
import json
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode


@dataclass
class Load:
    """The result of a number of clients: times in milliseconds, requests per second."""

    seconds: float
    times: list[float]
    errors: int
    size: int = 0

    @property
    def rate(self) -> float:
        return len(self.times) / self.seconds

    def quantile(self, share: float) -> float:
        ordered = sorted(self.times)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)]

    def __add__(self, other: "Load") -> "Load":
        return Load(
            self.seconds + other.seconds,
            self.times + other.times,
            self.errors + other.errors,
            max(self.size, other.size),
        )


@dataclass
class Browser:
    """A logged-in browser with cookies, CSRF token and one connection."""

    port: int
    cookie: str
    token: str = ""
    connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def request(
        self, method: str, path: str, body: dict[str, object] | None = None, *, is_page: bool = False
    ) -> tuple[int, bytes]:
        headers = {
            "Host": f"localhost:{self.port}",
            "Cookie": self.cookie,
            "Accept-Encoding": "gzip",
            "HX-Request": "false" if is_page else "true",
            "X-Short": "1" if "q=" in path else "0",  # typed in a window of 900 pixels
            "X-CSRFToken": self.token,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        self.connection.request(method, path, urlencode(body) if body else None, headers)
        answer = self.connection.getresponse()
        return answer.status, answer.read()


Step = Callable[[Browser], tuple[int, bytes]]


def run(browsers: list[Browser], step_of: Callable[[int], Step], seconds: float) -> Load:
    """Run all browsers at once, each repeating its own step for some seconds."""
    times: list[float] = []
    errors: list[tuple[int, bytes]] = []
    sizes: list[int] = []
    start = time.perf_counter()

    def work(number: int) -> None:
        step = step_of(number)
        while time.perf_counter() - start < seconds:
            begun = time.perf_counter()
            status, body = step(browsers[number])
            times.append((time.perf_counter() - begun) * 1000)
            sizes.append(len(body))
            if status != 200:
                errors.append((status, body[:200]))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(browsers))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        print(json.dumps([errors[0][0], errors[0][1].decode(errors="replace")]), flush=True)
    return Load(time.perf_counter() - start, times, len(errors), max(sizes, default=0))


class Mover:
    """Moves its own cards between own columns, tracking their versions like a board."""

    def __init__(self, cards: dict[int, list[int]], columns: list[int]) -> None:
        self.cards, self.columns = cards, columns  # contact id → [column id, version]
        self.chance = random.Random()

    def __call__(self, browser: Browser) -> tuple[int, bytes]:
        contact = self.chance.choice(list(self.cards))
        column, version = self.cards[contact]
        target = self.chance.choice([other for other in self.columns if other != column])
        key = f"{self.chance.getrandbits(64):x}"
        body = {"column": target, "after": "", "version": version, "key": key, "via": "board"}
        status, answer = browser.request("POST", f"/cards/{contact}/position/", body)
        if status == 200:
            self.cards[contact] = [target, version + 1]
        return status, answer

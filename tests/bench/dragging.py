"""Clients that drag cards, in one product."""

from dataclasses import dataclass

from tests.bench.clients import Browser, Load, Mover, run
from tests.bench.products import Office

OWN = ("Nicht erreicht", "Termin vereinbart", "Bewertung erstellt", "Kein Auftrag")


@dataclass
class Dragging:
    office: Office
    port: int

    def own(self) -> list[int]:
        """Four columns without a series."""
        return [self.office.columns[name] for name in OWN]

    def mixed(self) -> list[int]:
        """All columns, the three that start a series among them."""
        return list(self.office.columns.values())

    def run(self, columns: list[int], clients: int, seconds: float) -> tuple[Load, int]:
        """`clients` at once, each with its own share of the cards. Returns also how many cards are wrong afterwards."""
        cards = sorted(self.office.cards(columns).items())
        before = self.office.count()
        shares = [dict(cards[number::clients]) for number in range(clients)]
        movers = [Mover(share, columns) for share in shares]
        browsers = [Browser(self.port, self.office.cookie, self.office.token) for _ in range(clients)]
        load = run(browsers, lambda number: movers[number], seconds)
        told = {contact: state for mover in movers for contact, state in mover.cards.items()}
        return load, self.office.wrong(told, before)

"""The table of `make prove`: each promise with the figure asked for and the figure reached."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

HEAD = ("promise", "asked", "reached")


@dataclass
class Promise:
    """One row. A test that fails before it calls `reached` leaves "broken" behind."""

    sentence: str
    asked: str
    figure: str = "BROKEN"

    def reached(self, figure: str) -> None:
        self.figure = figure


ROWS = pytest.StashKey[list[Promise]]()
Promising = Callable[[str, str], Promise]


@pytest.fixture
def promise(request: pytest.FixtureRequest) -> Iterator[Promising]:
    """`row = promise("what holds", "figure asked")`, and `row.reached("figure")` once it was proved."""
    rows = request.config.stash.setdefault(ROWS, [])

    def given(sentence: str, asked: str) -> Promise:
        rows.append(Promise(sentence, asked))
        return rows[-1]

    yield given


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    rows = [(row.sentence, row.asked, row.figure) for row in config.stash.get(ROWS, [])]
    if not rows or config.option.markexpr != "prove":
        return
    widths = [max(len(row[place]) for row in (HEAD, *rows)) for place in range(3)]
    terminalreporter.section("promises")
    for row in (HEAD, tuple("-" * width for width in widths), *rows):
        terminalreporter.line("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())

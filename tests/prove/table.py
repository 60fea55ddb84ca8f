"""The table of `make prove`: each promise with the required and the reached figure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

HEAD = ("promise", "asked", "reached")


@dataclass
class Promise:
    """One row, which says "broken" if the test fails before it calls `reached`."""

    sentence: str
    asked: str
    figure: str = "BROKEN"

    def reached(self, figure: str) -> None:
        self.figure = figure


ROWS = pytest.StashKey[list[Promise]]()
Promising = Callable[[str, str], Promise]


@pytest.fixture
def promise(request: pytest.FixtureRequest) -> Iterator[Promising]:
    """Use `row = promise("what holds", "required figure")`, then `row.reached("figure")`."""
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

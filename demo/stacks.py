"""The cards of a demo column, collected as plain numbers until all are known, then written with the latest on top."""

from array import array
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from base.copying import copy_in
from demo.story import Story
from pipeline.cards import places
from pipeline.cards.waiting import Stage
from pipeline.models import Card, Column

CARD = (
    *("contact_id", "account_id", "column_id", "rank", "version", "entered_at"),
    *("last_key", "last_request", "waits_since", "remind_at", "reminded"),
)


class Stack:
    """The cards of one column, some twenty bytes each."""

    def __init__(self, column: Column) -> None:
        self.column = column
        self.contacts, self.entered, self.versions = array("q"), array("d"), array("B")
        self.waiting = array("B")  # whether somebody waits for a first answer, since they entered

    def add(self, contact_id: int, story: Story) -> None:
        self.contacts.append(contact_id)
        self.entered.append(story.entered_at.timestamp())
        self.versions.append(len(story.steps) + 1)
        self.waiting.append(story.waits)

    def write(self) -> None:
        """Write the cards above those that exist. The caller holds the column's lock."""
        order = sorted(range(len(self.contacts)), key=self.entered.__getitem__, reverse=True)
        ranks = places.top(self.column.pk, len(order))  # before COPY, which holds the connection
        copy_in(Card, CARD, self._rows(order, ranks))

    def _rows(self, order: list[int], ranks: list[str]) -> Iterator[tuple[Any, ...]]:
        account_id, column_id = self.column.account_id, self.column.pk
        for number, rank in zip(order, ranks, strict=True):
            entered = str(datetime.fromtimestamp(self.entered[number], UTC))
            waits = entered if self.waiting[number] else None
            card = (self.contacts[number], account_id, column_id, rank, self.versions[number], entered, "", "")
            yield (*card, waits, None, Stage.MANAGERS if waits else Stage.NOBODY)

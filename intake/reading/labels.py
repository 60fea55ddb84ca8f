"""Blocks of labels in mails: "Telefon: 040 …" in a text, or a table with a label in the first cell of each row."""

import re

from contacts.csv.fields import bare
from intake.reading.composing import EMAIL, Item
from intake.reading.mapping import target_of
from intake.reading.words import FIELDS, FOOTER, FORWARDED, MESSAGE_ENDS, SENDER

MAX_LABEL = 60  # characters
MAX_LINES = 5000
MAX_ITEMS = 300
MAX_SENDER = 300  # characters of a name with an address
MAX_REST = 80  # characters behind a label that ends a message; longer ones are prose

_LABELLED = re.compile(rf"[ \t>*•-]{{0,10}}([^\W\d][^:\n?]{{0,{MAX_LABEL - 1}}}(?::(?!//)|\?(?=[: ])):?)[ \t]*(.*)")
_MESSAGES = frozenset(FIELDS["message"].split()) - {"text", "frage", "fragen"}


def items_in(rows: list[list[str]], *, message_is_last: bool = False) -> list[Item]:
    """Return what follows each label; of a label that stands twice, only the first is sure to be the person's.

    `message_is_last`: no label ends a message, because those in it are the person's own words.
    """
    block = _Block(message_is_last)
    block.names_sender = not message_is_last and not any(FORWARDED.match(cell) for row in rows for cell in row[:1])
    for row in rows:
        if len(row) > 1 and block.takes_cells(row):
            continue
        for line in "\n".join(row).split("\n"):
            block.take_line(line)
        if block.is_over:
            break
    block.end_message()
    return block.items


class _Block:
    def __init__(self, message_is_last: bool) -> None:
        self.items: list[Item] = []
        self.seen: set[str] = set()  # labels
        self.targets: set[str] = set()
        self.message_is_last = message_is_last
        self.names_sender = False  # whether "Von:" is the person, and not the head of a mail that was forwarded
        self.lines = 0
        self.message: list[str] | None = None  # the lines of one that is being read
        self.waiting = ""  # a label whose value is on the next line
        self.label = ""
        self.is_over = False

    def takes_cells(self, row: list[str]) -> bool:
        label = row[0].rstrip(" :")
        if len(label) > MAX_LABEL or not (target_of(label) or (row[0].endswith(":") and self.items)):
            return False
        self.end_message()
        self._add(label, "\n".join(row[1:]))
        return True

    def take_line(self, line: str) -> None:
        self.lines += 1
        self.is_over = self.is_over or self.lines > MAX_LINES or len(self.items) > MAX_ITEMS
        if self.is_over:
            return
        text = line.strip()
        found = _LABELLED.fullmatch(text)
        label, rest = (found[1].rstrip(" :"), found[2]) if found else ("", "")
        target = self._target(label, rest) if label else ""
        if self.message is not None:
            self._continue(line, text, target, label, rest)
        elif self.items and FOOTER.match(text):
            self.is_over = True
        elif self.waiting and text and not target:
            self._add(self.waiting, text)
            self.waiting = ""
        else:
            self._begin(text, target, label, rest)

    def end_message(self) -> None:
        if self.message is not None:
            self._add(self.label, "\n".join(self.message).strip())
            self.message = None

    def _begin(self, text: str, target: str, label: str, rest: str) -> None:
        if bare(text[:MAX_LABEL]) in _MESSAGES or (target == "message" and bare(label) not in self.seen):
            self.message, self.label = [rest] if rest else [], label or text
        elif target and not rest:
            self.waiting = label
        elif target or (label and rest and self.items):
            self._add(label, rest)

    def _continue(self, line: str, text: str, target: str, label: str, rest: str) -> None:
        """Add a line to the message, unless it ends it: a label that has not been seen yet begins something else."""
        assert self.message is not None
        is_next = target not in {"", "message", *self.targets} and len(rest) <= MAX_REST and not self.message_is_last
        if is_next or bare(text[:MAX_LABEL]).startswith(tuple(MESSAGE_ENDS)):
            self.end_message()
            if is_next:
                self._begin(text, target, label, rest)
        elif FOOTER.match(text):
            self.end_message()
            self.is_over = True
        else:
            self.message.append(line.rstrip())

    def _add(self, label: str, value: str) -> None:
        name = bare(label)
        target = "message" if name in _MESSAGES else self._target(label, value)
        self.items.append(Item(label, "" if name in self.seen else target, value))
        self.seen.add(name)
        self.targets.add(target)

    def _target(self, label: str, value: str) -> str:
        is_sender = self.names_sender and bare(label) in SENDER and EMAIL.search(value[:MAX_SENDER])
        return "full_name" if is_sender else target_of(label)

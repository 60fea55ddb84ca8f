"""Many things a few at a time, so that what is read and written at once has a bound."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")


def batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Yield the items in their order, at most `size` at a time, like `itertools.batched` of Python 3.12."""
    left = iter(items)
    while batch := list(islice(left, size)):
        yield batch

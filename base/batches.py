"""Many things a few at a time, so that what is read and written at once has a bound."""

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")


def batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Yield the items in their order, at most `size` at a time, like `itertools.batched` of Python 3.12."""
    left = iter(items)
    while batch := list(islice(left, size)):
        yield batch


@contextmanager
def rare_collections() -> Iterator[None]:
    """Search for reference cycles less often: a batch has thousands of objects and none of them is in a cycle."""
    usual = gc.get_threshold()
    gc.set_threshold(50_000, 20, 50)
    try:
        yield
    finally:
        gc.set_threshold(*usual)

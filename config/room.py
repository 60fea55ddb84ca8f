"""Room on the interpreter's stack for all that a request calls."""

from collections.abc import Callable
from typing import Any

STACK_SLOTS = 2**14 + 1  # 8 bytes each: just over 128 kB, so that the chunk is one of 256 kB


def with_room(call: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, called in a large chunk of the interpreter's stack.

    CPython (3.11 and later) keeps the frames of Python functions in chunks of 16 kB. A chunk is mapped when a call
    does not fit into the last one any more, and unmapped when that call returns. Where a page's inner loop happens
    to lie at such an edge, every single call maps and unmaps memory: a board took up to three times as long,
    depending on how deep the server had called us. A frame too large for a chunk gets one of the next power of two;
    the half that it leaves free has room for all that a request calls.
    """

    def roomy(*args: Any) -> Any:
        return call(*args)

    roomy.__code__ = roomy.__code__.replace(co_stacksize=STACK_SLOTS)
    return roomy

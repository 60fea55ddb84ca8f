"""Room on the interpreter's stack for all calls of a request."""

from collections.abc import Callable
from typing import Any

STACK_SLOTS = 2**14 + 1  # 8 bytes each: just over 128 kB, so that the chunk is one of 256 kB


def with_room(call: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a function so that it runs in one large chunk of the interpreter's stack.

    CPython (3.11 and later) keeps the frames of Python functions in chunks of 16 kB. A chunk is mapped when a call
    does not fit into the last one, and unmapped when that call returns. If a page's inner loop lies at such a
    boundary, every call maps and unmaps memory: a board took up to three times as long, depending on the depth of
    the server's stack. A frame too large for a chunk gets one of the next power of two; the half that it leaves free
    has room for all calls of a request.
    """

    def roomy(*args: Any) -> Any:
        return call(*args)

    roomy.__code__ = roomy.__code__.replace(co_stacksize=STACK_SLOTS)
    return roomy

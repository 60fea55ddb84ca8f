"""The space on the interpreter's stack that the server reserves for every request."""

import resource
import sys

from config.room import with_room


def nested(depth: int) -> int:
    """Nested calls with enough frames for several of the interpreter's 16 kB chunks."""
    return nested(depth - 1) + 1 if depth else 0


def test_is_the_same_function() -> None:
    assert with_room(nested)(300) == 300


def test_raises_what_the_function_raises() -> None:
    def broken() -> None:
        raise LookupError("lost")

    try:
        with_room(broken)()
    except LookupError as error:
        assert str(error) == "lost"
    else:
        raise AssertionError("nothing was raised")


def faults_at(depth: int, inner: object) -> int:
    """Return the page faults of a thousand calls of `inner` at this depth."""
    if depth:
        return faults_at(depth - 1, inner)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    inner()  # type: ignore[operator]
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


def a_thousand_calls() -> None:
    for _ in range(1000):
        nested(20)


def test_no_call_is_at_the_edge_of_a_chunk() -> None:
    assert max(faults_at(depth, with_room(a_thousand_calls)) for depth in range(0, 200, 2)) < 300
    if sys.version_info < (3, 12):  # the measurement must be able to fail
        assert max(faults_at(depth, a_thousand_calls) for depth in range(0, 200, 2)) >= 1000

"""Work in a separate process: its cost is limited, and its failures harm nothing."""

import os
import time

import pytest

from funnel.incoming.opened import PoisonMail
from funnel.replies.isolation import IsolatedProcess

LONG = 60  # seconds; ample for a process to begin


def work(content: bytes) -> object:
    if content == b"for ever":
        while True:
            time.sleep(1)
    if content == b"memory":
        return len(bytearray(2_000_000_000))
    if content == b"end":
        os._exit(3)
    if content == b"deep":
        return work(content)
    if content == b"poison":
        raise PoisonMail("too_deep")
    return content.decode()


def test_the_caller_survives_every_fault():
    with IsolatedProcess(work, seconds=LONG) as apart:
        for content, fault in [
            (b"memory", "unreadable"),
            (b"deep", "unreadable"),
            (b"end", "unreadable"),
            (b"poison", "too_deep"),
        ]:
            with pytest.raises(PoisonMail) as poisoned:
                apart(content)
            assert poisoned.value.fault == fault
            assert apart(b"fine") == "fine"


def test_work_that_takes_too_long_is_killed():
    with IsolatedProcess(work, seconds=LONG) as apart:
        assert apart(b"fine") == "fine"
        apart.seconds = 0.2
        process = apart.process
        with pytest.raises(PoisonMail) as poisoned:
            apart(b"for ever")
        assert poisoned.value.fault == "too_long"
        assert process is not None
        assert process.exitcode == -9

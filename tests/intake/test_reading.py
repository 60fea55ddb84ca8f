"""Whatever is sent, readers only return leads within their limits, or say why not; and their work grows with its size.

Work is counted in calls, not in seconds.
"""

import json
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contacts.csv.names import words_of
from intake.reading import api, hooks, mails, targets, xml_files
from intake.reading.lead import (
    MAX_FURTHER,
    MAX_LABEL,
    MAX_MESSAGE,
    MAX_PEOPLE,
    MAX_REACH,
    MAX_VALUE,
    Lead,
    NoLead,
    NotRead,
)
from tests.intake.sampling import SAMPLES
from tests.intake.test_hooks import TYPES

NAMES = st.sampled_from(
    sorted(
        words_of(
            "name email phone person fields value answers form_response form meta entry object field_data 1.3 1.6 "
            "form_id user_column_data consents phones property address type field ref channel granted number _wpcf7 "
            "id title"
        )
    )
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12) | NAMES, inner, max_size=5),
    max_leaves=20,
)
FORMS = sorted(path for path in SAMPLES.rglob("*.*") if path.suffix in TYPES)
MAILS = sorted(SAMPLES.rglob("*.eml"))
XML = sorted(SAMPLES.rglob("*.xml"))


def within_limits(leads: list[Lead]) -> bool:
    return len(leads) <= MAX_PEOPLE and all(map(_is_within_limits, leads))


def _is_within_limits(lead: Lead) -> bool:
    pairs = [*lead.facts.items(), *lead.campaign.items(), *lead.further]
    return (
        all(len(label) <= MAX_LABEL and len(value) <= MAX_VALUE for label, value in pairs)
        and len(lead.further) <= MAX_FURTHER
        and max(len(lead.phones), len(lead.emails), len(lead.consents)) <= MAX_REACH
        and len(lead.message) <= MAX_MESSAGE
        and Lead.from_json(json.loads(json.dumps(lead.as_json()))) == lead
        and "\x00" not in json.dumps(lead.as_json(), ensure_ascii=False)
    )


def reads(reader: Callable[[], list[Lead]]) -> bool:
    """Return whether the reader returns leads within limits, or refuses. Any other exception passes through."""
    try:
        return within_limits(reader())
    except (NotRead, NoLead) as refused:
        return bool(refused.reason)


@given(st.sampled_from([*TYPES.values(), "", "text/plain", "multipart/form-data", "x" * 300]), st.binary(max_size=300))
def test_any_bytes_of_a_web_hook(content_type: str, body: bytes) -> None:
    assert reads(lambda: hooks.leads_in(content_type, body, {}))
    assert reads(lambda: [api.lead_in(body)])
    assert reads(lambda: mails.leads_in(body))


@given(JSON, st.dictionaries(NAMES, st.sampled_from([*targets.LABELS, "nothing"]), max_size=5))
def test_any_json(payload: object, mapping: dict[str, str]) -> None:
    body = json.dumps(payload).encode()
    assert reads(lambda: hooks.leads_in("application/json", body, mapping))
    assert reads(lambda: [api.lead_in(body)])


@settings(max_examples=25)
@given(st.sampled_from(list(targets.LABELS)), st.text(max_size=60) | st.text("a@.;, 0+", max_size=3000))
def test_any_text_for_any_target(target: str, text: str) -> None:
    body = json.dumps({"person": "Uwe Kern", "x": text}).encode()
    assert reads(lambda: hooks.leads_in("application/json", body, {"person": "full_name", "x": target}))


def mutated(raw: bytes, random: Random) -> bytes:
    """Return the bytes with a few cut out, doubled, or replaced."""
    for _change in range(random.randint(1, 6)):
        start = random.randrange(len(raw) + 1)
        end = min(len(raw), start + random.choice((1, 3, 40, 400)))
        piece = random.choice((b"", raw[start:end] * 2, random.randbytes(3), b"\x00", b"<", b'"', b"[", b"%", b"=?"))
        raw = raw[:start] + piece + raw[end:]
    return raw


def mutations(paths: list[Path], seed: int) -> Iterator[tuple[str, bytes]]:
    random = Random(seed)
    for path in paths:
        raw = path.read_bytes()
        yield from ((path.suffix, mutated(raw, random)) for _time in range(8))


@pytest.mark.parametrize("seed", range(3))
def test_damaged_files_of_all_kinds(seed: int) -> None:
    for suffix, raw in mutations(FORMS, seed):
        assert reads(lambda suffix=suffix, raw=raw: hooks.leads_in(TYPES[suffix], raw, {}))  # type: ignore[misc]
    for _suffix, raw in mutations(MAILS, seed):
        assert reads(lambda raw=raw: mails.leads_in(raw, ["example"]))  # type: ignore[misc]
    for _suffix, raw in mutations(XML, seed):
        mail = b"Content-Type: text/xml\nContent-Transfer-Encoding: 8bit\n\n" + raw
        assert reads(lambda mail=mail: mails.leads_in(mail))  # type: ignore[misc]


def calls(work: Callable[[], object]) -> int:
    """Return how many calls the work makes."""
    number = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal number
        number += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    except (NotRead, NoLead):
        pass
    finally:
        sys.setprofile(before)
    return number


HTML = b"Subject: Kontaktanfrage\nContent-Type: text/html\n\n"
TEXT = b"Subject: Kontaktanfrage\n\n"
GROWING: dict[str, Callable[[int], object]] = {
    "open tags": lambda size: mails.leads_in(HTML + b"<b id=x>a" * size),
    "cells": lambda size: mails.leads_in(HTML + b"<tr><td>Feld<td>Wert" * size),
    "half tags": lambda size: mails.leads_in(HTML + b"<td" * size),
    "lines": lambda size: mails.leads_in(TEXT + b"Name: A\nNachricht:\n" + b"Ort: B\n" * size),
    "parts": lambda size: mails.leads_in(b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * size),
    "XML": lambda size: xml_files.parsed(b"<a>" + b"<b>x</b>" * size + b"</a>"),
    "prefixes": lambda size: xml_files.parsed(b"<a>" + b"<x:b>&auml;&</x:b>" * size + b"</a>"),
    "JSON": lambda size: hooks.leads_in("application/json", json.dumps({"a": ["x"] * size}).encode(), {}),
    "keys": lambda size: hooks.leads_in("", b"&".join(b"k%d[a]=x" % n for n in range(size)), {}),
    "brackets": lambda size: hooks.leads_in("", b"a" + b"[" * size + b"=1", {}),
    "problems": lambda size: api.lead_in(json.dumps({"consents": [{"channel": "x"}] * size}).encode()),
}


@pytest.mark.parametrize("name", GROWING)
def test_twice_as_much_is_at_most_twice_the_work(name: str) -> None:
    calls(lambda: GROWING[name](800))  # what is remembered from now on is no work
    once, twice = (calls(lambda size=size: GROWING[name](size)) for size in (400, 800))  # type: ignore[misc]
    assert twice <= 2.2 * once + 500


@pytest.mark.parametrize("name", GROWING)
def test_what_is_sent_takes_no_more_memory_than_a_hundred_times_its_size(name: str) -> None:
    tracemalloc.start()
    try:
        calls(lambda: GROWING[name](2000))
        assert tracemalloc.get_traced_memory()[1] < 4_000_000
    finally:
        tracemalloc.stop()

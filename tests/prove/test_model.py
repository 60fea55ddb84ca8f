"""The verbs against a model of the board in random sequences, and the model against wrong verbs."""

import pytest
from django.db import IntegrityError
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from base.refusals import Refusal
from pipeline.cards import bulk, moves, places
from pipeline.columns import verbs
from pipeline.models import Card
from tests.prove.histories import histories
from tests.prove.model import BoardMachine

pytestmark = pytest.mark.django_db
QUIET = list(HealthCheck)


@pytest.mark.parametrize(("examples", "steps"), [(8, 20), pytest.param(100, 40, marks=pytest.mark.prove, id="many")])
def test_board_and_model_agree(promise, examples, steps):
    row = promise(f"verbs against the model, {examples} histories of up to {steps} steps: differences", "0")
    run_state_machine_as_test(BoardMachine, settings=histories(examples, steps))
    row.reached("0")


def gap_between_columns(monkeypatch):
    monkeypatch.setattr(verbs, "close_gap", lambda user, column: column.delete())


def neighbour_ignored(monkeypatch):
    real = moves.move_card
    monkeypatch.setattr(moves, "move_card", lambda **asked: real(**asked | {"after_id": None}))


def selection_without_versions(monkeypatch):
    def move_cards(cards, target, user, via, now, *, enrol=None):
        ranks = places.top(target.pk, len(cards))
        for card, rank in zip(cards, ranks, strict=True):
            Card.objects.filter(pk=card.pk).update(column=target, rank=rank)
        return bulk.BulkMove(len(ranks), bulk.Started())

    monkeypatch.setattr(bulk, "move_cards", move_cards)


def old_version_accepted(monkeypatch):
    real = moves.move_card

    def move_card(**asked):
        present = Card.objects.filter(pk=asked["contact_id"]).values_list("version", flat=True).first()
        return real(**asked | {"version": present or asked["version"]})

    monkeypatch.setattr(moves, "move_card", move_card)


def key_forgotten(monkeypatch):
    real = moves.move_card
    monkeypatch.setattr(moves, "move_card", lambda **asked: real(**asked | {"key": ""}))


def system_column_deleted(monkeypatch):
    monkeypatch.setattr(verbs.Column, "is_system", False)


@pytest.mark.parametrize(
    "breakage",
    [
        gap_between_columns,
        neighbour_ignored,
        selection_without_versions,
        old_version_accepted,
        key_forgotten,
        system_column_deleted,
    ],
)
def test_model_catches_wrong_verbs(monkeypatch, breakage):
    breakage(monkeypatch)
    thorough = settings(
        max_examples=60,
        stateful_step_count=20,
        derandomize=True,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=QUIET,
        database=None,
    )
    with pytest.raises((AssertionError, Refusal, IntegrityError)):
        run_state_machine_as_test(BoardMachine, settings=thorough)

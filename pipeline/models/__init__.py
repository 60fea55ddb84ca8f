"""The tables of board, deeds, imports and exports."""

from pipeline.models.alerts import Alert, PushKey, Subscription, Wish
from pipeline.models.board import Card, Column, Move, Tally, TrashedCard
from pipeline.models.deeds import Deed, DeedKind, DeedPart, DeedState
from pipeline.models.duplicates import Duplicate, DuplicateFeed, Merge
from pipeline.models.imports import Export, Import, ImportPart, ImportRow, ImportState
from pipeline.models.origins import Entry, Trace

__all__ = [
    "Alert",
    "Card",
    "Column",
    "Deed",
    "DeedKind",
    "DeedPart",
    "DeedState",
    "Duplicate",
    "DuplicateFeed",
    "Entry",
    "Export",
    "Import",
    "ImportPart",
    "ImportRow",
    "ImportState",
    "Merge",
    "Move",
    "PushKey",
    "Subscription",
    "Tally",
    "Trace",
    "TrashedCard",
    "Wish",
]

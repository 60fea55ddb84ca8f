"""Choices, whose members would look like tuples wherever they are used."""

import enum
from typing import Any

def __getattr__(name: str) -> Any: ...

class ChoicesType(enum.EnumMeta):
    @property
    def choices(self) -> list[tuple[str, str]]: ...
    @property
    def values(self) -> list[str]: ...
    @property
    def labels(self) -> list[str]: ...

class TextChoices(enum.StrEnum, metaclass=ChoicesType):  # type: ignore[misc]
    @property
    def label(self) -> str: ...
    @property
    def value(self) -> str: ...

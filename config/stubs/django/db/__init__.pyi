"""Only what mypy misreads without its types; everything else of Django stays unchecked."""

from typing import Any

def __getattr__(name: str) -> Any: ...

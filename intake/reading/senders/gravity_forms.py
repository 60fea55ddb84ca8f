"""Gravity Forms: the raw entry, whose values have numbers for names ("1.3" is a part of field 1) and no labels.

Sure without labels are only the parts of names and addresses, which the program always numbers alike, and an e-mail
address by its look. The rest is mapped by the office.
"""

import re

from intake.reading.composing import EMAIL
from intake.reading.mapping import Field, fields_of
from intake.reading.tree import Leaf, Tree, leaves

_NUMBER = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,2})?")
_ENTRY = frozenset(("form_id", "entry_id", "date_created", "source_url"))
_CREATED = "date_created"  # always in UTC, without saying so
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")
_NAME = {"2": "salutation", "3": "first_name", "6": "last_name"}
_ADDRESS = {"1": "street", "3": "city", "5": "postal_code"}


def fits(tree: Tree) -> bool:
    return isinstance(tree, dict) and len(_ENTRY & tree.keys()) > 1 and any(map(_NUMBER.fullmatch, tree))


def fields_in(tree: Tree) -> list[Field]:
    values = [_in_utc(one) for one in leaves(tree)]
    paths = {one.path for one in values}
    numbered = [_numbered(one, paths) for one in values if _NUMBER.fullmatch(one.path)]
    return numbered + fields_of(one for one in values if not _NUMBER.fullmatch(one.path))


def _in_utc(one: Leaf) -> Leaf:
    is_moment = one.path == _CREATED and _MOMENT.fullmatch(one.value.strip())
    return one._replace(value=f"{one.value.strip()}Z") if is_moment else one


def _numbered(one: Leaf, paths: set[str]) -> Field:
    field, _dot, part = one.path.partition(".")
    if f"{field}.6" in paths and f"{field}.3" in paths and f"{field}.5" not in paths and f"{field}.1" not in paths:
        target = _NAME.get(part, "")
    elif f"{field}.1" in paths and f"{field}.5" in paths:
        target = _ADDRESS.get(part, "")
    else:
        target = "email" if EMAIL.fullmatch(one.value.strip()[:300]) else ""
    return Field(one.path, one.path, target, one.value)

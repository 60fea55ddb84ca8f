"""Meta's lead ads: the web hook names ids only; what people answered is asked for with a token of the office."""

from typing import NamedTuple

from intake.reading.mapping import Field
from intake.reading.targets import FURTHER
from intake.reading.tree import Tree, branch, branches, leaf, leaves

_BY_NAME = {"work_phone_number": "work_phone", "work_email": "email", "post_code": "postal_code", "zip": "postal_code"}
_BY_KEY = {"id": "foreign_id", "created_time": "occurred_at"}


class Announced(NamedTuple):
    """A lead that Meta has, by its id."""

    leadgen_id: str
    fields: list[Field]


def fits(tree: Tree) -> bool:
    return leaf(tree, "object") == "page" and isinstance(branch(tree, "entry"), list)


def announced(tree: Tree) -> list[Announced]:
    """Return the leads that a web hook names."""
    changes = [change for entry in branches(tree, "entry") for change in branches(entry, "changes")]
    values = [branch(change, "value") for change in changes if leaf(change, "field") == "leadgen"]
    return [Announced(leaf(value, "leadgen_id"), _ids(value)) for value in values if leaf(value, "leadgen_id")]


def _ids(value: Tree) -> list[Field]:
    keys = {"leadgen_id": "foreign_id", "created_time": "occurred_at"}
    return [Field(path, path, keys.get(path, FURTHER), text) for path, text in leaves(value)]


def has_answers(tree: Tree) -> bool:
    """Return whether it is the answer to the question for a lead."""
    return isinstance(branch(tree, "field_data"), list)


def fields_in(tree: Tree) -> list[Field]:
    """Return what somebody answered."""
    found = []
    for field in branches(tree, "field_data"):
        name = leaf(field, "name")
        found += [Field(name, name, _BY_NAME.get(name), one.value) for one in leaves(branch(field, "values"))]
    rest = {key: inner for key, inner in tree.items() if key != "field_data"} if isinstance(tree, dict) else ""
    return found + [Field(path, path, _BY_KEY.get(path, FURTHER), value) for path, value in leaves(rest)]

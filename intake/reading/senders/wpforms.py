"""WPForms: fields by their number, each with name and value; names and addresses come in parts as well."""

from intake.reading.mapping import Field, fields_of
from intake.reading.targets import OMIT
from intake.reading.tree import Tree, branch, leaf, leaves

_BY_TYPE = {"email": "email", "phone": "phone", "name": "full_name", "address": "address"}
_DESCRIBING = ("name", "id", "type", "value_raw")


def fits(tree: Tree) -> bool:
    fields = _fields(tree)
    return bool(fields) and all(isinstance(leaf(one, "name"), str) and "value" in one for one in fields.values())


def fields_in(tree: Tree) -> list[Field]:
    found: list[Field] = []
    for number, field in _fields(tree).items():
        label, kind = leaf(field, "name") or number, leaf(field, "type")
        found += [Field(f"fields.{number}", label, _BY_TYPE.get(kind), one.value) for one in leaves(field["value"])]
        found += [
            Field(f"fields.{number}.{name}", f"{label} {name}", OMIT if kind == "name" else None, one.value)
            for name, part in field.items()
            if name not in (*_DESCRIBING, "value")
            for one in leaves(part)
        ]
    rest = {key: inner for key, inner in tree.items() if not _is_field(inner)} if isinstance(tree, dict) else ""
    return found + [field for field in fields_of(leaves(rest)) if not field.path.startswith("fields.")]


def _fields(tree: Tree) -> dict[str, dict[str, Tree]]:
    inner = branch(tree, "fields") or tree
    return {key: one for key, one in inner.items() if _is_field(one)} if isinstance(inner, dict) else {}  # type: ignore


def _is_field(one: Tree) -> bool:
    return isinstance(one, dict) and "value" in one and "name" in one

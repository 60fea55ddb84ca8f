"""Elementor Pro: simple data (label to value) and advanced data (fields by their id, with type and title)."""

from intake.reading.mapping import Field, fields_of
from intake.reading.targets import FURTHER
from intake.reading.tree import Tree, branch, leaf, leaves

_BY_TYPE = {"email": "email", "tel": "phone", "acceptance": FURTHER}
_FORM = ("form_id", "form_name")
_NO_LABEL = "No Label "  # what simple data calls a field without a label: "No Label email"


def fits(tree: Tree) -> bool:
    is_simple = isinstance(tree, dict) and all(isinstance(tree.get(key), str) for key in _FORM)
    return is_simple or _is_advanced(tree)


def fields_in(tree: Tree) -> list[Field]:
    if not _is_advanced(tree):
        return [_simple(field) for field in fields_of(leaves(tree))]
    fields, found = (
        branch(tree, "fields"),
        [Field("form.name", "form_name", "source_detail", leaf(tree, "form", "name"))],
    )
    for name, field in fields.items() if isinstance(fields, dict) else ():
        found += _advanced(name, field)
    return found + [Field(f"meta.{path}", path, FURTHER, value) for path, value in leaves(branch(tree, "meta"))]


def _is_advanced(tree: Tree) -> bool:
    return isinstance(branch(tree, "form"), dict) and isinstance(branch(tree, "fields"), dict)


def _simple(field: Field) -> Field:
    if field.path in _FORM:
        return field._replace(target="source_detail" if field.path == "form_name" else FURTHER)
    return field._replace(label=field.label.removeprefix(_NO_LABEL))


def _advanced(name: str, field: Tree) -> list[Field]:
    """Return value and raw value of a field; the latter only if it says something else."""
    label, kind = leaf(field, "title") or name, leaf(field, "type")
    values = [one.value for key in ("value", "raw_value") for one in leaves(branch(field, key))]
    return [Field(f"fields.{name}", label, _BY_TYPE.get(kind), value) for value in dict.fromkeys(values)]

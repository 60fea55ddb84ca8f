"""Typeform: answers refer to the fields of a form, whose titles come along."""

from intake.reading.mapping import Field
from intake.reading.tree import Leaf, Tree, branch, branches, leaf, leaves

# Of our targets, by the type of an answer.
_BY_TYPE = {"email": "email", "phone_number": "phone"}


def fits(tree: Tree) -> bool:
    return isinstance(branch(tree, "form_response", "answers"), list) or leaf(tree, "event_type") == "form_response"


def fields_in(tree: Tree) -> list[Field]:
    form = branch(tree, "form_response")
    titles = {leaf(field, "id"): leaf(field, "title") for field in branches(form, "definition", "fields")}
    found = [
        Field("form_response.token", "token", "foreign_id", leaf(form, "token") or leaf(tree, "event_id")),
        Field("form_response.submitted_at", "submitted_at", "occurred_at", leaf(form, "submitted_at")),
    ]
    for answer in branches(form, "answers"):
        found += _answer(answer, titles)
    for name in ("hidden", "calculated", "variables"):
        found += [Field(f"{name}.{path}", path, None, value) for path, value in leaves(branch(form, name))]
    return found


def _answer(answer: dict[str, Tree], titles: dict[str, str]) -> list[Field]:
    """Return the values of an answer, which stand below the key that its type names."""
    field, kind = branch(answer, "field"), leaf(answer, "type")
    name = leaf(field, "ref") or leaf(field, "id")
    label = titles.get(leaf(field, "id")) or name
    values = [one for one in leaves(branch(answer, kind)) if not _is_key(one)]
    return [Field(f"answers.{name}", label, _BY_TYPE.get(kind), one.value) for one in values]


def _is_key(one: Leaf) -> bool:
    """Return whether it is only Typeform's own key of a choice, beside its label."""
    return one.path.rpartition(".")[2] in ("id", "ids", "ref", "refs")

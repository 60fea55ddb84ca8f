"""Contact Form 7 and its add-ons: flat, with the names of its template ("your-email") and keys of its own."""

from intake.reading.mapping import Field, fields_of
from intake.reading.targets import OMIT
from intake.reading.tree import Tree, leaves

_OWN = "_wpcf7"
_TEMPLATE = "your-"


def fits(tree: Tree) -> bool:
    return isinstance(tree, dict) and any(key.startswith((_OWN, _TEMPLATE)) for key in tree)


def fields_in(tree: Tree) -> list[Field]:
    found = fields_of(leaves(tree))
    return [field._replace(target=OMIT) if field.path.startswith(_OWN) else field for field in found]

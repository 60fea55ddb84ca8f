"""Google's lead forms. `google_key` proves the sender and is kept nowhere; `is_test` marks a trial."""

from intake.reading.mapping import Field
from intake.reading.targets import FURTHER, OMIT
from intake.reading.tree import Tree, branch, branches, leaf, leaves

_BY_COLUMN = {
    "FULL_NAME": "full_name",
    "FIRST_NAME": "first_name",
    "LAST_NAME": "last_name",
    "EMAIL": "email",
    "WORK_EMAIL": "email",
    "PHONE_NUMBER": "phone",
    "WORK_PHONE": "work_phone",
    "STREET_ADDRESS": "street",
    "POSTAL_CODE": "postal_code",
    "CITY": "city",
    "COMPANY_NAME": "company",
}
_BY_KEY = {
    "lead_id": "foreign_id",
    "gcl_id": "gclid",
    "google_key": OMIT,
    "is_test": OMIT,
    "lead_submit_time": "occurred_at",
}


def fits(tree: Tree) -> bool:
    return isinstance(branch(tree, "user_column_data"), list)


def is_test(tree: Tree) -> bool:
    return leaf(tree, "is_test") == "true"


def fields_in(tree: Tree) -> list[Field]:
    found = []
    for column in branches(tree, "user_column_data"):
        name = leaf(column, "column_id") or leaf(column, "column_name")
        label = leaf(column, "column_name") or name
        values = [one.value for key in ("string_value", "boolean_value") for one in leaves(branch(column, key))]
        found += [Field(f"user_column_data.{name}", label, _BY_COLUMN.get(name), value) for value in values]
    rest = {key: inner for key, inner in tree.items() if key != "user_column_data"} if isinstance(tree, dict) else ""
    return found + [Field(path, path, _BY_KEY.get(path, FURTHER), value) for path, value in leaves(rest)]

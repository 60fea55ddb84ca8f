"""How ids look in addresses."""

from django.urls import register_converter

from base.ids import PATTERN, is_id


class IdConverter:
    """A positive bigint in plain ASCII digits without leading zeros; anything else is no address of ours (404)."""

    regex = PATTERN

    def to_python(self, value: str) -> int:
        if not is_id(value):
            raise ValueError
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


register_converter(IdConverter, "id")

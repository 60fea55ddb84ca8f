"""How ids look in addresses."""

from django.urls import register_converter

BIGGEST = 2**63 - 1  # PostgreSQL's bigint


class IdConverter:
    """A positive bigint in plain ASCII digits without leading zeros; anything else is no address of ours (404)."""

    regex = "[1-9][0-9]{0,18}"

    def to_python(self, value: str) -> int:
        number = int(value)
        if number > BIGGEST:
            raise ValueError
        return number

    def to_url(self, value: int) -> str:
        return str(value)


register_converter(IdConverter, "id")

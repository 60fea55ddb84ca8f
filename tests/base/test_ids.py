import pytest

from base.ids import MAX_ID, is_id


@pytest.mark.parametrize("text", ["1", "10", "1000000000000000000", str(MAX_ID)])
def test_a_positive_bigint_is_an_id(text: str) -> None:
    assert is_id(text)


@pytest.mark.parametrize(
    "text",
    ["", "0", "007", "-1", "+1", " 1", "1\n", "1.0", "1e3", "1_000", "x", "０１", "²", "\0", str(MAX_ID + 1)],
    ids=repr,
)
def test_anything_else_is_refused(text: str) -> None:
    assert not is_id(text)


def test_a_long_text_is_not_parsed() -> None:
    assert not is_id("9" * 5000)

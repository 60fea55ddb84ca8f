from base.batches import batches
from base.text import one_line


def test_a_text_becomes_one_line() -> None:
    assert one_line("  Anna\t von\r\n\u00a0der  Höhe \n") == "Anna von der Höhe"
    assert one_line(" \n ") == ""


def test_batches_keep_the_order_and_the_last_one_may_be_short() -> None:
    assert list(batches(iter("abcde"), 2)) == [["a", "b"], ["c", "d"], ["e"]]
    assert list(batches([1, 2], 2)) == [[1, 2]]
    assert list(batches([], 2)) == []


def test_no_more_is_read_than_the_batch_needs() -> None:
    source = iter(range(10))
    assert next(batches(source, 3)) == [0, 1, 2]
    assert next(source) == 3

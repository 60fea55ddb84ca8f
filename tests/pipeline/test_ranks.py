import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.cards import ranks

slots = st.lists(st.integers(min_value=0, max_value=10_000), max_size=80)


def insert(keys, slot):
    before = keys[slot - 1] if slot else None
    after = keys[slot] if slot < len(keys) else None
    key = ranks.between(before, after)
    keys.insert(slot, key)
    return key


@given(slots)
def test_any_insertions_keep_the_keys_strictly_ascending(places):
    keys = []
    for place in places:
        insert(keys, place % (len(keys) + 1))
    assert keys == sorted(set(keys))


@given(slots, st.integers(min_value=0, max_value=10_000), st.integers(min_value=0, max_value=100))
def test_many_between_gives_ascending_keys_inside_the_slot(places, place, count):
    keys = []
    for each in places:
        insert(keys, each % (len(keys) + 1))
    slot = place % (len(keys) + 1)
    inside = ranks.many_between(keys[slot - 1] if slot else None, keys[slot] if slot < len(keys) else None, count)
    assert len(inside) == count
    merged = keys[:slot] + inside + keys[slot:]
    assert merged == sorted(set(merged))


@given(st.binary(max_size=6).map(lambda raw: raw.decode("latin-1")) | st.text(alphabet=ranks.DIGITS, max_size=8))
def test_a_text_is_refused_or_is_a_key_with_room_on_both_sides(text):
    try:
        above = ranks.between(None, text)
    except ValueError:
        with pytest.raises(ValueError, match="not a rank"):
            ranks.between(text, None)
        return
    assert above < text < ranks.between(text, None)


@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_integers_survive_the_conversion_to_keys(number):
    assert ranks._split(ranks._key(number)) == (number, "")


@given(st.integers(min_value=-(10**9), max_value=10**9), st.integers(min_value=-(10**9), max_value=10**9))
def test_byte_order_of_keys_is_number_order(one, other):
    assert (ranks._key(one) < ranks._key(other)) == (one < other)


def test_first_key_and_its_neighbours():
    assert ranks.between(None, None) == "a0"
    assert ranks.between(None, "a0") == "Zz"
    assert ranks.between("a0", None) == "a1"
    assert ranks.between("a0", "a1") == "a0V"
    assert ranks.between("a0", "a0V") == "a0F"
    assert ranks.between("a0V", "a1") == "a0k"
    assert ranks.between("az", "b01") == "b00"
    assert ranks.between("a0", "a10V") == "a1"
    assert ranks.between(None, "a0V") == "a0"


def test_ten_thousand_cards_put_on_top_keep_keys_of_four_letters():
    key = None
    longest = 0
    for _ in range(10_000):
        above = ranks.between(None, key)
        assert key is None or above < key
        key, longest = above, max(longest, len(above))
    assert longest <= 4


def test_ten_thousand_cards_put_at_the_end_keep_keys_of_four_letters():
    key = None
    longest = 0
    for _ in range(10_000):
        below = ranks.between(key, None)
        assert key is None or key < below
        key, longest = below, max(longest, len(below))
    assert longest <= 4


@pytest.mark.parametrize("upper_moves", [True, False])
def test_two_hundred_insertions_into_one_gap_stay_below_the_rewrite_limit(upper_moves):
    low, high = "a0", "a1"
    for _ in range(200):
        key = ranks.between(low, high)
        assert low < key < high
        low, high = (low, key) if upper_moves else (key, high)
    assert len(key) <= ranks.MAX_LENGTH


def test_a_thousand_random_insertions_stay_short():
    chance = random.Random(7)
    keys = []
    for _ in range(1_000):
        insert(keys, chance.randint(0, len(keys)))
    assert keys == sorted(set(keys))
    assert max(map(len, keys)) <= 12


def test_spread_is_ascending_and_short():
    keys = ranks.spread(50_000)
    assert len(keys) == 50_000
    assert keys == sorted(set(keys))
    assert max(map(len, keys)) <= 4
    assert ranks.spread(0) == []
    assert ranks.spread(1) == ["a0"]


def test_a_thousand_keys_in_one_gap_stay_short():
    keys = ranks.many_between("a0", "a1", 1_000)
    assert keys == sorted(set(keys))
    assert keys[0] > "a0"
    assert keys[-1] < "a1"
    assert max(map(len, keys)) <= 5


@pytest.mark.parametrize(("before", "after"), [("a1", "a0"), ("a0", "a0"), ("a0V", "a0"), ("b00", "az")])
def test_keys_in_the_wrong_order_are_refused(before, after):
    with pytest.raises(ValueError, match="no rank fits"):
        ranks.between(before, after)
    with pytest.raises(ValueError, match="no rank fits"):
        ranks.many_between(before, after, 0)


@pytest.mark.parametrize("text", ["", "a", "b0", "0", "a00", "a0V0", "a-", "aä", "a0 ", "!0"])
def test_an_invalid_key_is_refused(text):
    with pytest.raises(ValueError, match="not a rank"):
        ranks.between(None, text)
    with pytest.raises(ValueError, match="not a rank"):
        ranks.between(text, None)


def test_there_is_no_room_beyond_the_outermost_keys():
    with pytest.raises(ValueError, match="no rank is left"):
        ranks.between(None, "A" + "0" * 26)
    with pytest.raises(ValueError, match="no rank is left"):
        ranks.between("z" + "z" * 26, None)

"""Ranks: text keys for the places inside a column, ordered by `COLLATE "C"` (plain byte order).

A key is a whole number followed by a fraction, both in base 62. The number's first letter encodes its sign and its
length, so that byte order is number order: `Yzz < Z0 < Zz < a0 < az < b00`. A place above the first key or below
the last one takes the neighbouring number, so a column that only ever grows at its ends keeps keys of a few
letters; only a place between two neighbouring numbers needs a fraction, about one more letter for every five
insertions into the very same slot.
"""

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
MAX_LENGTH = 60
"""Rewrite the column with `spread` when a key gets longer than this."""

_BASE = len(DIGITS)
_VALUES = {digit: value for value, digit in enumerate(DIGITS)}
_UP = "abcdefghijklmnopqrstuvwxyz"  # the head of 0, 1, 2 …: "a" and one digit, "b" and two digits …
_DOWN = "ZYXWVUTSRQPONMLKJIHGFEDCBA"  # the head of -1, -2, -3 …


def between(before: str | None, after: str | None) -> str:
    """Return a key strictly between two keys; None is an open end. Raises ValueError if there is none."""
    if after is None:
        return _key(0 if before is None else _split(before)[0] + 1)
    high, high_fraction = _split(after)
    if before is None:
        return _key(high if high_fraction else high - 1)
    low, low_fraction = _split(before)
    if before >= after:
        raise ValueError(f"no rank fits between {before!r} and {after!r}")
    if low == high:
        return _key(low) + _middle(low_fraction, high_fraction)
    if high - low > 1:
        return _key((low + high) // 2)
    return _key(high) if high_fraction else _key(low) + _middle(low_fraction, "")


def many_between(before: str | None, after: str | None, count: int) -> list[str]:
    """Return `count` ascending keys strictly between two keys, as short as possible. Raises like `between`."""
    if before is not None and after is not None:
        if before >= after:
            raise ValueError(f"no rank fits between {before!r} and {after!r}")
        return _halve(before, after, count)
    if before is not None:
        first = _split(before)[0] + 1
    elif after is not None:
        first = _split(after)[0] - count
    else:
        first = 0
    return [_key(number) for number in range(first, first + count)]


def spread(count: int) -> list[str]:
    """Return `count` ascending short keys for an entire column, with room before, after and between."""
    return many_between(None, None, count)


def _halve(before: str, after: str, count: int) -> list[str]:
    if count < 1:
        return []
    middle = between(before, after)
    left = (count - 1) // 2
    return [*_halve(before, middle, left), middle, *_halve(middle, after, count - 1 - left)]


def _key(number: int) -> str:
    heads, rest = (_UP, number) if number >= 0 else (_DOWN, -1 - number)
    size = 1
    while rest >= _BASE**size:
        rest -= _BASE**size
        size += 1
    if size > len(heads):
        raise ValueError("no rank is left beyond the last one")
    if number < 0:
        rest = _BASE**size - 1 - rest
    digits = ""
    for _ in range(size):
        rest, value = divmod(rest, _BASE)
        digits = DIGITS[value] + digits
    return heads[size - 1] + digits


def _split(key: str) -> tuple[int, str]:
    """Return the number and the fraction of a key; the inverse of `_key`. Raises ValueError for an invalid key."""
    head, rest = key[:1], key[1:]
    size = (_UP if head in _UP else _DOWN).find(head) + 1 if head else 0
    digits, fraction = rest[:size], rest[size:]
    if size < 1 or len(digits) < size or any(digit not in _VALUES for digit in rest) or fraction.endswith("0"):
        raise ValueError(f"not a rank: {key!r}")
    number = 0
    for digit in digits:
        number = number * _BASE + _VALUES[digit]
    shorter = sum(_BASE**length for length in range(1, size))
    return (number + shorter if head in _UP else number - shorter - _BASE**size), fraction


def _middle(low: str, high: str) -> str:
    """Return a fraction between two fractions (high "" is one); it never ends in 0, so there is always one below it."""
    digits, place, open_end = "", 0, not high
    while True:
        floor = _VALUES[low[place]] if place < len(low) else 0
        ceiling = _BASE if open_end else _VALUES[high[place]]
        if ceiling - floor > 1:
            return digits + DIGITS[(floor + ceiling) // 2]
        if ceiling > floor:
            if place + 1 < len(high) and not open_end:
                return digits + DIGITS[ceiling]
            open_end = True
        digits += DIGITS[floor]
        place += 1

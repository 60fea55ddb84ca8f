"""Moving cards: the one door, places and ranks, locks, and many at once."""

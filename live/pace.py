"""How often somebody may say where they are: counted in the memory of each web server's process, and nowhere stored."""

from collections import Counter

MINUTE = 60.0  # seconds
OF_A_USER = 120  # signs a minute; a page gives four, and two more when it is opened and left


class Pace:
    """Counts users for a minute, then forgets all of them."""

    def __init__(self, most: int = OF_A_USER) -> None:
        self.most = most
        self.begun: float | None = None
        self.counted: Counter[int] = Counter()

    def keeps(self, user_id: int, now: float) -> bool:
        """Count the user once more, and return whether that is not too often."""
        if self.begun is None or now - self.begun >= MINUTE:
            self.begun, self.counted = now, Counter()
        self.counted[user_id] += 1
        return self.counted[user_id] <= self.most

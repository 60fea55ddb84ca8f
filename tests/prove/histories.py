"""How long a state machine runs: a few histories in the daily tests, many in `make prove`."""

from hypothesis import HealthCheck, settings


def histories(examples: int, steps: int) -> settings:
    """Settings for this many histories of up to this many steps; few ones are the same each time, for stable tests."""
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        derandomize=examples < 100,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )

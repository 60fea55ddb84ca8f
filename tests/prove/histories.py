"""How long a state machine runs: a few histories each day, many in `make prove`."""

from hypothesis import HealthCheck, settings


def histories(examples: int, steps: int) -> settings:
    """So many histories of up to so many steps; few ones are the same each time, so that a day's test is no luck."""
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        derandomize=examples < 100,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )

"""Plans of statements, as PostgreSQL would make them for tables of a million rows."""

import json
from collections.abc import Callable

from django.db import connection
from django.test.utils import CaptureQueriesContext

# The pages are those of the file: it may be large from rows of earlier tests, and "all visible" is a share of them.
TELL = """
SELECT pg_restore_relation_stats('schemaname', 'public', 'relname', %(table)s::text,
    'relpages', pages, 'reltuples', 1000000::real, 'relallvisible', pages)
FROM (SELECT greatest(pg_relation_size(%(table)s::regclass) / 8192, 1)::int AS pages) AS file
"""


def tell_of_a_million(*tables: str) -> None:
    """Restore statistics by which these tables, which hold a few rows, have a million."""
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(TELL, {"table": table})


def plans(act: Callable[[], object]) -> list[dict]:
    """Return each node of the plans of the statements that this runs; what it only explains is not run."""
    with CaptureQueriesContext(connection) as asked:
        act()
    nodes = []
    with connection.cursor() as cursor:
        for query in asked.captured_queries:
            if query["sql"].startswith("EXPLAIN"):
                continue
            cursor.execute("EXPLAIN (FORMAT JSON) " + query["sql"])
            answer = cursor.fetchone()[0]
            roots = json.loads(answer) if isinstance(answer, str) else answer
            nodes += [node for root in roots for node in _nodes(root["Plan"])]
    return nodes


def _nodes(node: dict) -> list[dict]:
    return [node, *(one for child in node.get("Plans", []) for one in _nodes(child))]


def indexes(nodes: list[dict]) -> set[str]:
    """Name the indexes that are read."""
    return {node["Index Name"] for node in nodes if "Index Name" in node}

"""What `/readyz` compares the database with."""

from django.db.migrations.loader import MigrationLoader

from config.health import needed


def test_the_migrations_needed_are_those_that_django_loads():
    assert needed() == set(MigrationLoader(None).graph.nodes)

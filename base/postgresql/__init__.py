"""Django's backend for PostgreSQL, with prepared statements and a quick check of idle connections."""

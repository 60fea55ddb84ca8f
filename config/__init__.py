"""Settings, URLs, servers and their commands; may import every room."""

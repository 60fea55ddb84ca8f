"""Settings, addresses and servers: the street door, which may know every room."""

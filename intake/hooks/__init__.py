"""Web hooks: the public address of each, what proves its sender, and what an office says of the fields it sends."""

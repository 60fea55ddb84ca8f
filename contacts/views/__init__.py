"""The pages of a contact that need no board."""

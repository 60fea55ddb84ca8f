"""The columns of the board: their verbs, the rules of their menu, and those an office starts with."""

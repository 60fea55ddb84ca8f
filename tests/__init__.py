"""The tests: a folder for each room, and what all of them share."""

"""`make prove`: long fault and race tests, each with the promised figure and the one reached."""

"""The sweep: claiming due messages, handing them over, and writing down how that ended."""

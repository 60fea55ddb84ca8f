"""The sweep: claiming due messages, delivering them, and recording the outcome."""

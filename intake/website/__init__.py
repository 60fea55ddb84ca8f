"""The office's own forms: building them, showing them, and what becomes of what is sent."""

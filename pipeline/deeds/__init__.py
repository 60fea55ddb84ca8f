"""Changes of many contacts or of columns at once, each with its way back."""

"""The mail itself: text, salutation, Impressum, headers, and the checks before it is sent."""

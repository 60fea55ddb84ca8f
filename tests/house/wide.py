"""Files that still have lines of more than 120 columns; this list may only shrink."""

WIDE: set[str] = {
}

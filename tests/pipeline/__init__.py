"""Board, list, detail page, import and export."""

"""The rules of the house, as functions that take a source and return complaints."""

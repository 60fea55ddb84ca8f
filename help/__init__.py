"""Help articles, votes on them, and feedback to the operator."""

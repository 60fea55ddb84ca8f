"""Help articles, votes and feedback."""

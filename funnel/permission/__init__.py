"""Whether and when a mail may leave: consent, suppression, hours, holidays, links that need no login."""

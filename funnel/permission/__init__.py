"""Whether and when a mail may be sent: consent, suppression, sending window, holidays, links without login."""

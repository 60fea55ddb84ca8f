"""The e-mail funnel: what is mailed to whom, when, and what comes back. It knows nothing of columns."""

"""The e-mail funnel: what is mailed when and to whom, and what comes back. It knows no columns."""

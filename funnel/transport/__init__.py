"""The line out: SMTP, provider, pace, and what holds the sending while a fault is ours."""

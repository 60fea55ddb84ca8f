"""Series of mails and the contacts in them: entering, leaving, planning, and what people edit."""

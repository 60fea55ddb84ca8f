"""What does not depend on offices: refusals, form fields, dates, plain SQL, secrets. Imports no other room."""

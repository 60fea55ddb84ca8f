"""What knows no office: refusals, form fields, dates, plain SQL, secrets. Imports nothing of ours."""

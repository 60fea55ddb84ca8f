"""What knows no office: refusals, form fields, dates, plain SQL, secrets. Imports nothing else of the product."""

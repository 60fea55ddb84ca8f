"""An import from the upload to the report, and taking it back."""

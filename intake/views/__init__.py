"""The pages of what arrives by itself."""

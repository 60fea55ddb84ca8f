"""Files with contact lists: reading whatever programs and people write, and writing our own."""

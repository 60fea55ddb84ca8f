"""Files with contact lists: reading files of any program, and writing our own."""

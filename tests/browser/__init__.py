"""Tests in a real browser, with the strict Content-Security-Policy; every error in its console is a failure."""

"""The write side of admission, one noun per file."""

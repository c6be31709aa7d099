"""The read side of admission, one noun per file."""

"""The views of the desk, one noun per file."""

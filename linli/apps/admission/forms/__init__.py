"""The forms of admission, one noun per file. They read; the actions judge."""

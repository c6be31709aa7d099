"""Pure helpers without Django: the lowest floor of the house."""

"""The rows of a form: one for each person, household, tenancy, visit or case that it is about, a thousand at a time."""

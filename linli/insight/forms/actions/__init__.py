"""What is done with forms: opened, copied, released, taken back, returned."""

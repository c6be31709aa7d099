"""What others may ask of the register of people: `lists` (who), `life` (how one person lived)."""

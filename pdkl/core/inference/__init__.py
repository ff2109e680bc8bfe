"""How sure a score is: draws of a comparison, and what they say."""

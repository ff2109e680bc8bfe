"""When a distribution changed: the mathematics on counts by period."""

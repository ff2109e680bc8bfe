"""Why it changed: two sides in, the columns or segments behind the change out."""

"""Every measure and every estimator, as records of formulas on counts."""

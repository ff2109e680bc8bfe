"""Floating-point building blocks that keep the digits which the plain formulas lose."""

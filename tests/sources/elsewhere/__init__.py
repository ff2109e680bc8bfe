"""Data that is not on this machine, from real servers on the loopback."""

"""The version, where the package, the file of a profile and the build read it."""

__version__ = "0.1.0"

"""gett-tui: a terminal dashboard for putting stores onto the Gett network."""

__version__ = "0.2.0"

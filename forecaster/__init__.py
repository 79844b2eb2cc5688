"""What we think now: the model, its posterior, the store, and the analyst's commands."""

__version__ = "0.1.0"

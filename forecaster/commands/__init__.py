"""The analyst's commands; ``forecaster.commands.app`` puts them together.

Each module imports what is heavy only when its command runs.
"""

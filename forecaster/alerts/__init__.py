"""Alerts: which change is worth a message, and what the message says."""

"""Alerts: what is told to those who are not looking, and how it comes to them."""

"""What people look at: the report, drawn without a server and without script."""

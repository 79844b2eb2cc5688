"""What people look at: the desk in a browser, its API, and the report that needs no server."""

"""Who may do what: tokens, sessions, a trusted proxy, and the limits for everybody."""

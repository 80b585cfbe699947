"""Who may see and do what: sign-in, assignments, row security, access log."""

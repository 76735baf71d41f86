"""auth-service: accounts, sign-in, tokens."""

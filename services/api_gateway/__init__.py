"""The platform's public door: tokens, rate limits, routes, and requests passed on."""

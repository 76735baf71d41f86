"""What needs neither a browser nor the gateway to be said."""

"""The platform's way to Airtable: rate limits, retries and a cache around pyairtable."""

"""The page both sides look at, the API, the webhook door."""

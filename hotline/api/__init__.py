"""The room over HTTP (api.md)."""

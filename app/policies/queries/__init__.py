"""SQL of the policies room."""

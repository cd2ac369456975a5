"""Pure rules of API keys."""

"""SQL of the oidc room."""

"""SQL of the permission engine."""

"""Auther: a self-hosted identity provider and permission engine."""

__version__ = "0.1.0"

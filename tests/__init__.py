"""Tests mirror `app/`: one folder a room, one file a use case."""

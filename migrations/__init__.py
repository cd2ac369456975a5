"""Schema migrations, one package a room, applied by `auther migrate` and at start."""

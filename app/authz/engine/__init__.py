"""The engine proper: compiled models, and the ways to answer from tuples. Pure but for its readers."""

"""Benchmarks: the whole server process over real HTTP, compared with the budgets. Not part of `make test`."""

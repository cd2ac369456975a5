"""Tests of models: read from files, run against the engine without a database, reported case by case.

Three formats are read: our own, OpenFGA's store files (`*.fga.yaml`) and the matrices that OpenFGA publishes;
besides, the assertions that stand in a model. Files are hostile until read: everything about them is bounded.
"""

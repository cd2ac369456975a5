"""The modelling language: text and JSON to a `Model` and back, and what is wrong with one. Pure."""

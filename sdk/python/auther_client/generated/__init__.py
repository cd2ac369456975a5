"""The API as Python. Written by `python -m auther_codegen`; changes are lost."""

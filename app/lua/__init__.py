"""Scripts that other people wrote, in Lua 5.4: run without harm, bounded in instructions, time and memory.

The only importer of `lupa`. It has no tables and knows no other room. A script gets plain data and gives plain data
back: it must never reach a Python object, another script's values, or anything outside of its own call.
"""

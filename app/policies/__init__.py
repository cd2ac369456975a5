"""Lua policies: named sources that have the second say over a permission or a tuple, and what they said.

Tables: policies_policy, policies_version, policies_repeat, policies_sample, policies_evaluation.
It must never: fail or slow a check for the sake of recording it, allow because of an error, keep a secret of what a
policy saw, or store a policy that contradicts its own samples.
"""

"""Devices without a browser or a keyboard: a person lets them in on another screen (RFC 8628).

The device asks for two codes (`authorization`), shows one of them, and polls the token endpoint with the other one.
The person signs in, types the code and decides (`approval`, `pages`). Only the session that typed it may decide.
"""

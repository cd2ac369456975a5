"""The live check: whoever holds a proof asks what a token alone does not settle.

`POST /api/auth/check-permission`, its batch and `GET /api/auth/list-objects`, and the same decisions in the words of
AuthZEN (OpenID Authorization API 1.0). A caller asks about itself; about others who manages access of the client.
"""

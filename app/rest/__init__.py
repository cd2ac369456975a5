"""REST and pages, assembled: middleware, error rendering, health. The rooms own their routes.

It must never hold a use case.
"""

"""Tuples in memory, numbered, with what makes answering from them quick.

One process, one event loop: nothing here is safe for threads, and nothing here waits. What is derived from tuples
(closures of subjects, what arrows reach) is made when it is asked for and dropped by the change that touches it.
"""

from app.authz.engine.index.build import Builder
from app.authz.engine.index.index import Index
from app.authz.engine.index.rows import Row

__all__ = ["Builder", "Index", "Row"]

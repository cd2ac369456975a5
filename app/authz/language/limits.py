"""How large a model may be. Bounds keep a hostile text from costing more than a moment."""

from __future__ import annotations

# As OpenFGA's own bound on a stored model.
MAX_TEXT_BYTES = 256 * 1024
# Brackets within brackets; nobody reads deeper, and what walks a rewrite calls itself once a level.
MAX_NESTING = 50
MAX_TYPES = 500
MAX_RELATIONS = 200
MAX_PERMISSIONS = 200
# What the rewrite of one relation names: relations, arrows and its `[ ]`.
MAX_PARTS = 500
MAX_CONDITIONS = 500
MAX_ASSERTIONS = 2000
# Characters of the expression of one condition; a CEL parser's stack must hold it.
MAX_EXPRESSION = 4096
# As OpenFGA: characters of a name.
MAX_TYPE_NAME = 254
MAX_RELATION_NAME = 50
# Problems of each kind (errors, warnings) that are reported of one model, and mistakes of form in one text.
MAX_PROBLEMS = 200
MAX_SYNTAX_PROBLEMS = 10

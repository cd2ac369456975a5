"""Characters that a model may not hold, or that should not reach a terminal."""

from __future__ import annotations

import re

# Control characters but tab, line end and form feed; other line ends than \n; what turns the direction of writing (a
# text could read otherwise than it is parsed); halves of surrogate pairs; what is no character at all.
REFUSED = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]")
# What PostgreSQL cannot store in a text.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

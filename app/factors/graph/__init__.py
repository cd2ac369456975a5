"""Second factors in the API: seeing them, and seeing to one's own. Codes are only taken to set an app up."""

from app.factors.graph.changes import FactorMutation
from app.factors.graph.values import Factors, load_factors_of

__all__ = ["FactorMutation", "Factors", "load_factors_of"]

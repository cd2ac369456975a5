"""The life of an account in the API."""

from app.lifecycle.graph.deleting import DeletionMutation
from app.lifecycle.graph.exporting import ExportMutation
from app.lifecycle.graph.merging import MergeMutation

__all__ = ["DeletionMutation", "ExportMutation", "MergeMutation"]

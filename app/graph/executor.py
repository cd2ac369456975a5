"""Runs an operation: graphql-core's executor, which follows a plan as far as there is one.

What the plan does not know, graphql-core does. Where it comes upon an object of the plan again, the plan goes on.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from graphql import ExecutionResult, GraphQLError, GraphQLObjectType, GraphQLSchema, OperationType
from graphql.execution import Executor, default_field_resolver, default_type_resolver
from graphql.execution.collect_fields import FieldDetailsList
from graphql.execution.values import VariableValues
from graphql.pyutils import Path
from strawberry.execution import optimized_is_awaitable

from app.graph.plans.operations import PlannedOperation
from app.graph.plans.plans import Plan
from app.graph.plans.selections import Selection, Written


class PlanningExecutor(Executor[None]):
    """graphql-core's executor with a plan.

    Attributes:
        plan: how to run the operation; None leaves all of it to graphql-core.
    """

    def __init__(self, *args: Any, plan: Plan | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_awaitable = optimized_is_awaitable  # type: ignore[assignment]
        self.plan = plan if self.middleware_manager is None and self.abort_signal is None else None

    @classmethod
    def begin(
        cls, schema: GraphQLSchema, operation: PlannedOperation, variables: VariableValues, context: object
    ) -> PlanningExecutor:
        """An executor of one request."""
        return cls(
            schema,
            operation.fragment_definitions,
            operation.fragments,
            None,
            context,
            operation.definition,
            variables,
            default_field_resolver,
            default_type_resolver,
            default_field_resolver,
            plan=operation.plan(variables),
        )

    def build_per_event_executor(self, payload: Any) -> Executor[None]:
        executor = super().build_per_event_executor(payload)
        # A stream may run for days: what one event makes ready must not outlive it.
        executor._relevant_sub_fields = {}
        return executor

    def execute_operation(self, serially: bool | None = None) -> Any:
        root = self.plan.root if self.plan else None
        if root is None:
            return super().execute_operation(serially)
        if serially is None:
            serially = self.operation.operation is OperationType.MUTATION
        try:
            written = self._run_root(root, serially=serially)
        except GraphQLError as error:
            return self._fail(error)
        return self.build_response(written) if isinstance(written, dict) else self._respond(written)

    def _run_root(self, root: Selection, *, serially: bool) -> Written | Awaitable[Written]:
        if serially:
            return root.run_serially(self, self.root_value)
        return root.run(self, self.root_value, None)

    async def _respond(self, pending: Awaitable[Written]) -> ExecutionResult:
        try:
            written = await pending
        except GraphQLError as error:
            return self._fail(error)
        response = self.build_response(written)
        assert isinstance(response, ExecutionResult)
        return response

    def _fail(self, error: GraphQLError) -> ExecutionResult:
        self.collected_errors.add(error, None)
        response = self.build_response(None)
        assert isinstance(response, ExecutionResult)
        return response

    def collect_and_execute_subfields(
        self,
        return_type: GraphQLObjectType,
        field_details_list: FieldDetailsList,
        path: Path,
        result: Any,
        position_context: None,
    ) -> Written | Awaitable[Written]:
        planned = self.plan.find(return_type, field_details_list) if self.plan else None
        if planned is not None:
            return planned.run(self, result, path)
        return super().collect_and_execute_subfields(return_type, field_details_list, path, result, position_context)

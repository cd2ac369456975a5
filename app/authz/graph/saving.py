"""Previewing and saving models through the API."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Annotated, cast

import strawberry
from strawberry import ID, UNSET, argument, enum_value, field

from app.authz.errors import SourceAmbiguous
from app.authz.graph.models import Model
from app.authz.graph.trees import Decision
from app.authz.graph.values import Entity, Subject
from app.authz.language import problems as language
from app.authz.language.json_form import model_from_json
from app.authz.language.printer import print_model
from app.authz.service.models import preview_model, review_model, save_model
from app.authz.types import saving as types
from app.graph.context import Info
from app.graph.directives import Requires
from app.graph.errors import UserError, user_errors
from app.graph.mutations import mutation
from app.graph.scalars import JSON

_SOURCE = r'"model\n  schema 1.1\n\ntype user\n\ntype invoice\n  relations\n    define viewer: [user]\n"'
_OWN_MODEL = "The installation's own model, without a client, needs `platform.manage_platform`."
_MANAGES_ACCESS = Requires(permission="clients.manage_access")


@strawberry.enum(description="What becomes of somebody's access.")
class AccessChangeKind(Enum):
    GAINED = enum_value(types.ChangeKind.GAINED, description="It is allowed newly, or no attributes can deny it now.")
    LOST = enum_value(types.ChangeKind.LOST, description="It is not allowed any more, or only as attributes decide.")


@strawberry.input(
    description='A type that gets another name; its tuples stay. Example: `{old: "bill", new: "invoice"}`'
)
class TypeRenameInput:
    old: str = field(description='Its name in the version in force. Example: `"bill"`')
    new: str = field(description='Its name in the new version. Example: `"invoice"`')


@strawberry.input(
    description="A new version of a model, as text or as JSON. "
    f'Example: `{{clientId: "cli_01jq40b7n2r5s8t1v4w7x0y3za", source: {_SOURCE}}}`'
)
class ModelPreviewInput:
    client_id: ID | None = field(
        default=UNSET,
        description='Whose model; the installation\'s own when absent. Example: `"cli_01jq40b7n2r5s8t1v4w7x0y3za"`',
    )
    source: str | None = field(default=UNSET, description=f"The model in the modelling language. Example: `{_SOURCE}`")
    json: JSON | None = field(
        default=UNSET,
        description="The model as JSON: our own form, or OpenFGA's. "
        'Example: `{schema_version: "1.1", type_definitions: [{type: "user"}]}`',
    )
    renames: list[TypeRenameInput] | None = field(default=UNSET, description="Types that get another name.")
    expected_version: int | None = field(
        default=UNSET,
        description="The version that its author has seen, 0 for none: a later one is a conflict. Example: `3`",
    )


@strawberry.input(
    description="A new version of a model to be saved, as text or as JSON. "
    f'Example: `{{clientId: "cli_01jq40b7n2r5s8t1v4w7x0y3za", source: {_SOURCE}, dryRun: true}}`'
)
class ModelSaveInput(ModelPreviewInput):
    note: str | None = field(
        default=UNSET, description='What changed, for whoever reads the versions. Example: `"Viewers may export"`'
    )
    dry_run: bool = field(default=False, description="Only tell what saving would do, in `preview`.")


@strawberry.type(description="Something wrong with a model, or odd about it, and where.")
class ModelProblem:
    code: str = field(description="A stable name, `authz_model_…`.")
    message: str = field(description="What is wrong, without the place.")
    line: int | None = field(description="The line of the text, from 1.")
    column: int | None = field(description="The column of the text, from 1.")
    path: list[str] = field(description="Where in the JSON, outermost name first.")
    excerpt: str | None = field(description="The line in question, and below it a caret at the column.")
    hint: str | None = field(description="How to mend it.")
    is_warning: bool = field(description="Whether the model can be saved all the same.")


@strawberry.type(description="What a change of a model would leave without meaning.")
class ModelBlocker:
    kind: str = field(description="What is concerned: tuple, model, grant, template or rule.")
    reason: str = field(description="Why it would have no meaning.")
    count: int = field(description="How many.")
    samples: list[str] = field(description="Some of them.")


@strawberry.type(description="An assertion of the model that does not hold.")
class FailedAssertion:
    text: str = field(description="The assertion.")
    expected: str = field(description="The decision that it expects.")
    actual: str = field(description="The decision that there would be.")
    line: int = field(description="The line of the text, from 1; 0 where there is none.")


@strawberry.type(description="Somebody who would gain or lose an action on an entity.")
class AccessChange:
    kind: AccessChangeKind = field(description="Whether it is gained or lost.")
    subject: Subject = field(description="Who.")
    action: str = field(description="The action.")
    entity: Entity = field(description="On what.")
    before: Decision = field(
        description="The answer under the version in force, to a question without a context: UNDECIDED where a "
        "condition or a policy decides by attributes."
    )
    after: Decision = field(description="The same under the new version.")


@strawberry.type(description="Who would gain and who would lose what.")
class ModelImpact:
    gained: int = field(
        description="How many answers would open: from no to yes, from no to what attributes decide, or from that to "
        "yes."
    )
    lost: int = field(
        description="How many answers would close: from yes to no, from yes to what attributes decide, or from that "
        "to no."
    )
    gained_conditionally: int = field(description="Those of `gained` that attributes decide, before or after.")
    lost_conditionally: int = field(description="Those of `lost` that attributes decide, before or after.")
    changes: list[AccessChange] = field(description="The first of them, in the order of entities.")
    is_complete: bool = field(description="Whether everything was compared; otherwise the counts are lower bounds.")
    omissions: list[str] = field(
        description="Why not everything was compared: too much of something, or a condition or policy that changes and "
        "decides by attributes before and after. Empty when `isComplete`."
    )


@strawberry.type(description="What saving a model would do.")
class ModelPreview:
    problems: list[ModelProblem] = field(description="What is wrong with the model, and what is odd about it.")
    source: str | None = field(default=None, description="Its canonical text. Null when something is wrong.")
    diff: str | None = field(default=None, description="Unified difference to the version in force.")
    blockers: list[ModelBlocker] = field(default_factory=list, description="What stands in the way of saving it.")
    failed_assertions: list[FailedAssertion] = field(default_factory=list, description="Assertions that do not hold.")
    draft: strawberry.Private[types.ModelDraft | None] = None

    @field(
        description="Who would gain and who would lose what. Worked out only when asked for. "
        "Null when something is wrong.",
        graphql_type=ModelImpact | None,
    )
    async def impact(self, info: Info) -> types.Impact | None:
        if self.draft is None:
            return None
        return (await preview_model(info.context.actor, self.draft)).impact


@strawberry.type(description="The outcome of saving a model.")
class ModelSavePayload:
    model: Model | None = field(default=None, description="The version in force; null when nothing was saved.")
    preview: ModelPreview | None = field(default=None, description="What saving would do, of a dry run.")
    problems: list[ModelProblem] | None = field(
        default=None, description="What is wrong with the model, each with its place; also in `errors`."
    )
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type
class PreviewQuery:
    @field(
        description="What saving a model would do: problems, difference, what stands in its way, and its impact. "
        f"{_OWN_MODEL}",
        directives=[_MANAGES_ACCESS],
    )
    async def model_preview(
        self, info: Info, input: Annotated[ModelPreviewInput, argument(description="The model.")]
    ) -> ModelPreview:
        try:
            draft = _to_draft(input)
            return _to_preview(await review_model(info.context.actor, draft), draft)
        except language.ModelProblems as error:
            return ModelPreview(problems=show_problems(error.problems))

    @field(
        description="Who would gain and who would lose what if a model were saved. Null when something is wrong with "
        f"the model: `modelPreview` says what. {_OWN_MODEL}",
        graphql_type=ModelImpact | None,
        directives=[_MANAGES_ACCESS],
    )
    async def model_impact(
        self, info: Info, input: Annotated[ModelPreviewInput, argument(description="The model.")]
    ) -> types.Impact | None:
        try:
            return (await preview_model(info.context.actor, _to_draft(input))).impact
        except language.ModelProblems:
            return None


@strawberry.type
class ModelMutation:
    @mutation(
        description="Save a new version of a model; it is in force at once. A model that is like the one in force "
        f"makes no other version, so it can be sent again. {_OWN_MODEL}",
        requires="clients.manage_access",
    )
    async def model_save(
        self, info: Info, input: Annotated[ModelSaveInput, argument(description="The model.")]
    ) -> ModelSavePayload:
        actor = info.context.actor
        try:
            draft = _to_draft(input, note=input.note or None)
            if input.dry_run:
                return ModelSavePayload(preview=_to_preview(await review_model(actor, draft), draft))
            return ModelSavePayload(model=cast("Model", await save_model(actor, draft)))
        except language.ModelProblems as error:
            return ModelSavePayload(problems=show_problems(error.problems), errors=user_errors(error))


def show_problems(problems: Iterable[language.ModelProblem]) -> list[ModelProblem]:
    """What the API tells of problems."""
    return [
        ModelProblem(
            code=each.code,
            message=each.reason,
            line=each.position.line if each.position else None,
            column=each.position.column if each.position else None,
            path=list(each.field),
            excerpt=each.excerpt,
            hint=each.hint,
            is_warning=each.is_warning,
        )
        for each in problems
    ]


def _to_draft(given: ModelPreviewInput, note: str | None = None) -> types.ModelDraft:
    return types.ModelDraft(
        scope=str(given.client_id or ""),
        source=_to_source(given),
        note=note,
        renames={each.old: each.new for each in given.renames or ()},
        expected_version=given.expected_version if isinstance(given.expected_version, int) else None,
    )


def _to_source(given: ModelPreviewInput) -> str:
    """The text of a model that is given as text or as JSON.

    Raises:
        SourceAmbiguous: it is given as both, or not at all.
        ModelProblems: the JSON is no model.
    """
    is_text, is_json = (value is not None and value is not UNSET for value in (given.source, given.json))
    if is_text == is_json:
        raise SourceAmbiguous
    return given.source or "" if is_text else print_model(model_from_json(given.json))


def _to_preview(review: types.ModelReview, draft: types.ModelDraft) -> ModelPreview:
    return ModelPreview(
        problems=show_problems(review.warnings),
        source=print_model(review.model),
        diff=review.diff,
        blockers=cast("list[ModelBlocker]", list(review.blockers)),
        failed_assertions=cast("list[FailedAssertion]", list(review.failed)),
        draft=draft,
    )

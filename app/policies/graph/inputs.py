"""What is sent of policies and samples."""

from __future__ import annotations

from collections.abc import Sequence

import strawberry
from strawberry import ID, UNSET, field

from app.graph.scalars import JSON
from app.policies import types
from app.policies.errors import SampleInvalid, TrialContextInvalid

SOURCE = '"return context.resource.amount <= 1000"'
CLIENT = 'Example: `"cli_01jq40b7n2r5s8t1v4w7x0y3za"`'
_SAMPLE = '{name: "a small one", context: {resource: {amount: 10}}, isAllowed: true}'
_SAMPLES = f"Contexts whose verdict you know; 50 at most. Example: `[{_SAMPLE}]`"


@strawberry.input(description=f"A context whose verdict you know. Example: `{_SAMPLE}`")
class PolicySampleInput:
    name: str = field(description='What it is a sample of; each has another name. Example: `"a small one"`')
    context: JSON = field(
        description="What the policy is given, a JSON object; what is left out of it is as in a check that sent "
        "nothing. Example: `{resource: {amount: 10}}`"
    )
    is_allowed: bool = field(description="Whether it is to be allowed. Example: `true`")


@strawberry.input(
    description=f"A trial of a policy. Example: `{{source: {SOURCE}, context: {{resource: {{amount: 10}}}}}}`"
)
class PolicyTestInput:
    source: str = field(description=f"The source, in Lua. Example: `{SOURCE}`")
    context: JSON | None = field(
        default=UNSET, description="What it is given, a JSON object. Example: `{resource: {amount: 10}}`"
    )
    samples: list[PolicySampleInput] | None = field(default=UNSET, description=_SAMPLES)
    client: ID | None = field(
        default=UNSET,
        description="Whose policy it may become: then `clients.manage_access` on this client is enough. " + CLIENT,
    )


@strawberry.input(description=f'A policy to be saved. Example: `{{name: "small-amounts", source: {SOURCE}}}`')
class PolicySaveInput:
    name: str = field(
        description="Its name, which models and tuples refer to it by: a small letter, then up to 63 small letters, "
        'digits, `_` and `-`. Example: `"small-amounts"`'
    )
    source: str = field(description=f"Its source, in Lua; 10 KB at most. Example: `{SOURCE}`")
    client: ID | None = field(
        default=UNSET,
        description=f"Whose models and tuples can name it; the installation's own when absent. {CLIENT}",
    )
    description: str | None = field(
        default=UNSET,
        description="What it is for, for people. The one there is stays when absent; null clears it. "
        'Example: `"Amounts that need no second signature"`',
    )
    samples: list[PolicySampleInput] | None = field(
        default=UNSET, description=f"{_SAMPLES} Those there are stay when absent, and are run as well."
    )
    note: str | None = field(
        default=UNSET, description='What changed, for whoever reads the versions. Example: `"Up to 1000"`'
    )
    expected_version: int | None = field(
        default=UNSET,
        description="The version that you have seen, 0 for none: a later one is a conflict. Example: `3`",
    )
    idempotency_key: str | None = field(
        default=UNSET,
        description="Your name for this request, 1 to 200 characters. The same key with the same input gives the same "
        'policy again; with other input it is a conflict. Example: `"deploy-2026-01-31-small-amounts"`',
    )


@strawberry.input(description='Which policy to delete. Example: `{id: "pol_01jq43e0s5t8v1w4x7y0z3a6bd"}`')
class PolicyDeleteInput:
    id: ID = field(description='The policy\'s id. Example: `"pol_01jq43e0s5t8v1w4x7y0z3a6bd"`')


def to_samples(given: Sequence[PolicySampleInput] | None) -> tuple[types.Sample, ...]:
    """The samples of an input.

    Raises:
        SampleInvalid: a context is no object.
    """
    samples = []
    for number, each in enumerate(given or ()):
        if not isinstance(each.context, dict):
            raise SampleInvalid("A context is a JSON object.", str(number), "context")
        samples.append(types.Sample(each.name, each.context, each.is_allowed))
    return tuple(samples)


def to_context(given: JSON | None) -> types.Context | None:
    """The context of an input; None when there is none.

    Raises:
        TrialContextInvalid: it is no object.
    """
    if given is None or given is UNSET:
        return None
    if not isinstance(given, dict):
        raise TrialContextInvalid
    return given


def to_draft(given: PolicySaveInput) -> types.PolicyDraft:
    """The draft of an input.

    Raises:
        SampleInvalid: a context is no object.
    """
    has_samples = given.samples is not None and given.samples is not UNSET
    return types.PolicyDraft(
        scope=str(given.client) if given.client else "",
        name=given.name,
        source=given.source,
        description=types.KEEP if given.description is UNSET else given.description or None,
        samples=to_samples(given.samples) if has_samples else None,
        note=given.note or None,
        expected_version=given.expected_version if isinstance(given.expected_version, int) else None,
    )

"""Results of the documents in `graphql/policies`.

Written by `python -m auther_codegen`; changes are lost.
"""

from __future__ import annotations

from auther_client.generated.fragments import (
    PageFields,
    PolicyDetailFields,
    PolicyEvaluationFields,
    PolicyRowFields,
    PolicySampleFields,
    PolicyTestResultFields,
    PolicyVersionFields,
    UserErrorFields,
)
from auther_client.models import Result


class PoliciesResultNodesUsage(Result):
    """What refers to a policy by its name."""

    permissions: int
    """How many permissions of the model in force."""
    tuples: int
    """How many tuples that stand."""
    names: tuple[str, ...]
    """Some of the permissions, such as `invoice.approve`; at most ten."""


class PoliciesResultNodes(PolicyRowFields):
    """A Lua script with the second say over permissions and tuples that name it."""

    usage: PoliciesResultNodesUsage
    """What refers to it. While anything does, it is not deleted."""


class PoliciesResult(Result):
    """One page of a list."""

    nodes: tuple[PoliciesResultNodes, ...]
    """The items."""
    page_info: PageFields
    """Where the page begins and ends."""
    total_count: int
    """How many items the whole list has. Counted only when asked for, and only up to 10001."""


class PoliciesData(Result):
    """The whole answer."""

    policies: PoliciesResult
    """A page of the policies of a client, or of the installation's own, by name. Those of the installation, without a client, need `platform.manage_platform`."""


class PolicyData(Result):
    """The whole answer."""

    policy: PolicyDetailFields | None
    """One policy; null if there is none, or it is hidden. Those of the installation, without a client, need `platform.manage_platform`."""


class PolicyDeleteResult(Result):
    """The outcome of deleting a policy."""

    deleted_id: str | None
    """The id that is gone."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class PolicyDeleteData(Result):
    """The whole answer."""

    policy_delete: PolicyDeleteResult
    """Delete a policy with its versions and what it said. While permissions or tuples refer to it, it is not deleted. Those of the installation, without a client, need `platform.manage_platform`."""


class PolicyEvaluationsResultEvaluations(Result):
    """One page of a list."""

    nodes: tuple[PolicyEvaluationFields, ...]
    """The items."""
    page_info: PageFields
    """Where the page begins and ends."""
    total_count: int
    """How many items the whole list has. Counted only when asked for, and only up to 10001."""


class PolicyEvaluationsResult(Result):
    """A Lua script with the second say over permissions and tuples that name it."""

    id: str
    """The id, with a prefix that tells the kind."""
    name: str
    """Its name, which models and tuples refer to it by."""
    evaluations: PolicyEvaluationsResultEvaluations
    """What it said when checks asked it, newest first."""


class PolicyEvaluationsData(Result):
    """The whole answer."""

    policy: PolicyEvaluationsResult | None
    """One policy; null if there is none, or it is hidden. Those of the installation, without a client, need `platform.manage_platform`."""


class PolicySaveResultWarnings(Result):
    """Something odd about a policy, which can be saved all the same."""

    line: int
    """The line of the source, from 1."""
    message: str
    """What is odd."""


class PolicySaveResult(Result):
    """The outcome of saving a policy."""

    policy: PolicyDetailFields | None
    """The policy in force; null when nothing was saved."""
    warnings: tuple[PolicySaveResultWarnings, ...] | None
    """What is odd about it; null when nothing was saved."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class PolicySaveData(Result):
    """The whole answer."""

    policy_save: PolicySaveResult
    """Save a policy; it is in force at once. What its samples contradict is refused, and what is like the version in force makes no other one, so it can be sent again. Those of the installation, without a client, need `platform.manage_platform`."""


class PolicyTestResultWarnings(Result):
    """Something odd about a policy, which can be saved all the same."""

    line: int
    """The line of the source, from 1."""
    message: str
    """What is odd."""


class PolicyTestResultSamples(Result):
    """What a policy says of a sample."""

    sample: PolicySampleFields
    """The sample."""
    result: PolicyTestResultFields
    """What came of it."""
    holds: bool
    """Whether it is what its author expects. An error never is."""


class PolicyTestResult(Result):
    """A trial of a policy. Nothing of it is kept, and nothing rests on it."""

    result: PolicyTestResultFields | None
    """What it says of the context; null when none was given, unless the source cannot be run at all."""
    warnings: tuple[PolicyTestResultWarnings, ...]
    """What is odd about it."""
    samples: tuple[PolicyTestResultSamples, ...]
    """What it says of the samples, in their order."""


class PolicyTestData(Result):
    """The whole answer."""

    policy_test: PolicyTestResult
    """Run a source that counts for nothing: with a context, and with samples. Nothing of it is kept. Those of the installation, without a client, need `platform.manage_platform`."""


class PolicyVersionsResultVersionsNodes(PolicyVersionFields):
    """One version of a policy. It never changes."""

    source: str
    """Its source, in Lua."""
    diff: str
    """Unified difference to the version before; of the first, all of it."""


class PolicyVersionsResultVersions(Result):
    """One page of a list."""

    nodes: tuple[PolicyVersionsResultVersionsNodes, ...]
    """The items."""
    page_info: PageFields
    """Where the page begins and ends."""
    total_count: int
    """How many items the whole list has. Counted only when asked for, and only up to 10001."""


class PolicyVersionsResult(Result):
    """A Lua script with the second say over permissions and tuples that name it."""

    id: str
    """The id, with a prefix that tells the kind."""
    name: str
    """Its name, which models and tuples refer to it by."""
    versions: PolicyVersionsResultVersions
    """All of its versions, newest first."""


class PolicyVersionsData(Result):
    """The whole answer."""

    policy: PolicyVersionsResult | None
    """One policy; null if there is none, or it is hidden. Those of the installation, without a client, need `platform.manage_platform`."""

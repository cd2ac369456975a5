"""Methods for the documents.

Written by `python -m auther_codegen`; changes are lost.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence

from pydantic import JsonValue

from auther_client.calls import Calls
from auther_client.generated import documents
from auther_client.generated.account import (
    ViewerAccountData,
    ViewerAccountResult,
    ViewerEmailChangeStartData,
    ViewerEmailChangeStartResult,
    ViewerEmailChangeWithdrawData,
    ViewerEmailChangeWithdrawResult,
    ViewerPasswordChangeData,
    ViewerPasswordChangeResult,
    ViewerUpdateData,
    ViewerUpdateResult,
    ViewerVerificationSendData,
    ViewerVerificationSendResult,
)
from auther_client.generated.api_keys import (
    ApiKeyCreateData,
    ApiKeyCreateResult,
    ApiKeyData,
    ApiKeyDeleteData,
    ApiKeyDeleteResult,
    ApiKeyDisableData,
    ApiKeyDisableResult,
    ApiKeyEnableData,
    ApiKeyEnableResult,
    ApiKeyResult,
    ApiKeyRotateData,
    ApiKeyRotateResult,
    ApiKeysData,
    ApiKeysResult,
    ApiKeyUpdateData,
    ApiKeyUpdateResult,
    ClientApiKeysData,
    ClientApiKeysResult,
    OwnApiKeysData,
    OwnApiKeysResult,
    UserApiKeysData,
    UserApiKeysResult,
)
from auther_client.generated.audit import (
    AuditEventsData,
    AuditEventsResult,
    AuditEventsStreamData,
    AuditEventsStreamResult,
)
from auther_client.generated.authz import (
    ActionsData,
    ActionsResult,
    CheckChangedData,
    CheckData,
    ChecksData,
    ClientTuplesData,
    ClientTuplesResult,
    ExpandData,
    ExpandResult,
    ExplainData,
    ExplainResult,
    ListObjectsData,
    ListObjectsResult,
    ListSubjectsData,
    ListSubjectsResult,
    ModelData,
    ModelImpactData,
    ModelImpactResult,
    ModelPreviewData,
    ModelProblemsData,
    ModelProblemsResult,
    ModelSaveData,
    ModelSaveResult,
    ModelsData,
    ModelVersionData,
    ModelVersionResult,
    ModelVersionsData,
    ModelVersionsResult,
    SystemModelData,
    SystemModelResult,
    TokenClaimsData,
    TokenClaimsResult,
    TokenPreviewData,
    TuplesChangedData,
    TuplesChangedResult,
    TuplesData,
    TuplesDeleteData,
    TuplesDeleteResult,
    TuplesResult,
    TuplesWriteData,
    TuplesWriteResult,
    TypeNamesData,
    UserPermissionsData,
    UserPermissionsResult,
    UserTuplesData,
    UserTuplesResult,
    ViewerPermissionsData,
    ViewerPermissionsResult,
    WhoCanData,
    WhoCanResult,
)
from auther_client.generated.clients import (
    ClientCreateData,
    ClientCreateResult,
    ClientData,
    ClientDeleteData,
    ClientDeleteResult,
    ClientsData,
    ClientSecretRotateData,
    ClientSecretRotateResult,
    ClientsResult,
    ClientUpdateData,
    ClientUpdateResult,
    InitialAccessTokenCreateData,
    InitialAccessTokenCreateResult,
    InitialAccessTokenRevokeData,
    InitialAccessTokenRevokeResult,
    InitialAccessTokensData,
    InitialAccessTokensResult,
)
from auther_client.generated.consents import (
    ConsentWithdrawData,
    ConsentWithdrawResult,
    UserClientsData,
    UserClientsResult,
    UserConsentsData,
    UserConsentsResult,
)
from auther_client.generated.contexts import (
    RegistrationContextCreateData,
    RegistrationContextCreateResult,
    RegistrationContextData,
    RegistrationContextDeleteData,
    RegistrationContextDeleteResult,
    RegistrationContextsData,
    RegistrationContextsResult,
    RegistrationContextUpdateData,
    RegistrationContextUpdateResult,
)
from auther_client.generated.enums import (
    ApiKeySort,
    ClientSort,
    IdentityProviderSort,
    RegistrationContextSort,
    UserSort,
)
from auther_client.generated.factors import (
    PasskeyRegisterData,
    PasskeyRegisterResult,
    PasskeyRemoveData,
    PasskeyRemoveResult,
    PasskeyRenameData,
    PasskeyRenameResult,
    PasskeyStartData,
    PasskeyStartResult,
    RecoveryCodesRegenerateData,
    RecoveryCodesRegenerateResult,
    TotpConfirmData,
    TotpConfirmResult,
    TotpRemoveData,
    TotpRemoveResult,
    TotpStartData,
    TotpStartResult,
    UserFactorsData,
    UserFactorsResetData,
    UserFactorsResetResult,
    UserFactorsResult,
    ViewerFactorsData,
    ViewerFactorsResult,
)
from auther_client.generated.fragments import (
    CheckAnswerFields,
    ClientDetailFields,
    ModelDetailFields,
    ModelPreviewFields,
    PermissionsFields,
    PolicyDetailFields,
    RegistrationContextFields,
)
from auther_client.generated.impersonation import (
    ImpersonationStartData,
    ImpersonationStartResult,
    ImpersonationStopData,
    ImpersonationStopResult,
)
from auther_client.generated.inputs import (
    ApiKeyCreateInput,
    ApiKeyDeleteInput,
    ApiKeyDisableInput,
    ApiKeyEnableInput,
    ApiKeyFilter,
    ApiKeyRotateInput,
    ApiKeyUpdateInput,
    AuditEventFilter,
    CheckInput,
    ClientCreateInput,
    ClientDeleteInput,
    ClientFilter,
    ClientSecretRotateInput,
    ClientUpdateInput,
    ConsentWithdrawInput,
    ConsistencyInput,
    EntityInput,
    IdentityProviderCreateInput,
    IdentityProviderDeleteInput,
    IdentityProviderFilter,
    IdentityProviderUpdateInput,
    ImpersonationStartInput,
    InitialAccessTokenCreateInput,
    InitialAccessTokenRevokeInput,
    LinkedIdentityDeleteInput,
    ModelPreviewInput,
    ModelSaveInput,
    PasskeyRegisterInput,
    PasskeyRemoveInput,
    PasskeyRenameInput,
    PasskeyStartInput,
    PolicyDeleteInput,
    PolicyEvaluationFilter,
    PolicySaveInput,
    PolicyTestInput,
    RecoveryCodesRegenerateInput,
    RegistrationContextCreateInput,
    RegistrationContextDeleteInput,
    RegistrationContextFilter,
    RegistrationContextUpdateInput,
    RevokedSessionFilter,
    SessionFilter,
    SessionRevokeInput,
    SessionsRevokeInput,
    SigningKeysRotateInput,
    SigningKeyWithdrawInput,
    SubjectInput,
    TokenFamilyRevokeInput,
    TotpConfirmInput,
    TotpRemoveInput,
    TotpStartInput,
    TupleFilter,
    TupleInput,
    TuplesDeleteInput,
    TuplesWriteInput,
    UserBanInput,
    UserCreateInput,
    UserDataExportInput,
    UserDeleteInput,
    UserFactorsResetInput,
    UserFilter,
    UserMergeInput,
    UserRestoreInput,
    UserUnbanInput,
    UserUpdateInput,
    ViewerDataExportInput,
    ViewerDeleteInput,
    ViewerEmailChangeStartInput,
    ViewerEmailChangeWithdrawInput,
    ViewerPasswordChangeInput,
    ViewerUpdateInput,
    ViewerVerificationSendInput,
)
from auther_client.generated.jobs import JobData, JobResult
from auther_client.generated.lifecycle import (
    ViewerDataExportData,
    ViewerDataExportResult,
    ViewerDeleteData,
    ViewerDeleteResult,
)
from auther_client.generated.mails import MailData, MailResult, MailsData, MailsResult
from auther_client.generated.metrics import MetricsData, MetricsResult
from auther_client.generated.oidc import (
    ClientTokenFamiliesData,
    ClientTokenFamiliesResult,
    OwnTokenFamiliesData,
    OwnTokenFamiliesResult,
    TokenFamilyRevokeData,
    TokenFamilyRevokeResult,
    UserTokenFamiliesData,
    UserTokenFamiliesResult,
)
from auther_client.generated.policies import (
    PoliciesData,
    PoliciesResult,
    PolicyData,
    PolicyDeleteData,
    PolicyDeleteResult,
    PolicyEvaluationsData,
    PolicyEvaluationsResult,
    PolicySaveData,
    PolicySaveResult,
    PolicyTestData,
    PolicyTestResult,
    PolicyVersionsData,
    PolicyVersionsResult,
)
from auther_client.generated.sessions import (
    SessionRevokeData,
    SessionRevokeResult,
    SessionsData,
    SessionsResult,
    SessionsRevokeData,
    SessionsRevokedData,
    SessionsRevokedResult,
    SessionsRevokeResult,
)
from auther_client.generated.signing import (
    SigningKeysData,
    SigningKeysResult,
    SigningKeysRotateData,
    SigningKeysRotateResult,
    SigningKeyWithdrawData,
    SigningKeyWithdrawResult,
)
from auther_client.generated.upstream import (
    IdentityProviderCreateData,
    IdentityProviderCreateResult,
    IdentityProviderDeleteData,
    IdentityProviderDeleteResult,
    IdentityProvidersData,
    IdentityProvidersResult,
    IdentityProviderTestData,
    IdentityProviderTestResult,
    IdentityProviderUpdateData,
    IdentityProviderUpdateResult,
    LinkedIdentityDeleteData,
    LinkedIdentityDeleteResult,
    UserLinkedIdentitiesData,
    UserLinkedIdentitiesResult,
)
from auther_client.generated.users import (
    UserAuditEventsData,
    UserAuditEventsResult,
    UserBanData,
    UserBanResult,
    UserCreateData,
    UserCreateResult,
    UserData,
    UserDataExportData,
    UserDataExportResult,
    UserDeleteData,
    UserDeleteResult,
    UserMergeData,
    UserMergeResult,
    UserRestoreData,
    UserRestoreResult,
    UserResult,
    UsersData,
    UserSessionsData,
    UserSessionsResult,
    UsersResult,
    UserUnbanData,
    UserUnbanResult,
    UserUpdateData,
    UserUpdateResult,
)
from auther_client.generated.viewer import (
    NodesData,
    NodesResult,
    OverviewData,
    RateLimitData,
    RateLimitResult,
    SearchData,
    ViewerData,
)


class Operations:
    """Every document of the API as a method. What is None is not sent."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def viewer_account(self) -> ViewerAccountResult:
        """One's own account: profile, the address that waits for confirmation, sessions and applications."""
        data = await self._calls.run(documents.VIEWER_ACCOUNT, {}, ViewerAccountData)
        return data.viewer

    async def viewer_email_change_start(self, input: ViewerEmailChangeStartInput) -> ViewerEmailChangeStartResult:
        """Ask for another e-mail address; it is confirmed at its mailbox."""
        data = await self._calls.run(documents.VIEWER_EMAIL_CHANGE_START, {"input": input}, ViewerEmailChangeStartData)
        return data.viewer_email_change_start

    async def viewer_email_change_withdraw(
        self, input: ViewerEmailChangeWithdrawInput
    ) -> ViewerEmailChangeWithdrawResult:
        """Keep the present e-mail address."""
        data = await self._calls.run(
            documents.VIEWER_EMAIL_CHANGE_WITHDRAW, {"input": input}, ViewerEmailChangeWithdrawData
        )
        return data.viewer_email_change_withdraw

    async def viewer_password_change(self, input: ViewerPasswordChangeInput) -> ViewerPasswordChangeResult:
        """Change one's own password, or choose a first one; every other session ends."""
        data = await self._calls.run(documents.VIEWER_PASSWORD_CHANGE, {"input": input}, ViewerPasswordChangeData)
        return data.viewer_password_change

    async def viewer_update(self, input: ViewerUpdateInput) -> ViewerUpdateResult:
        """Change one's own name, username, picture, language and time zone."""
        data = await self._calls.run(documents.VIEWER_UPDATE, {"input": input}, ViewerUpdateData)
        return data.viewer_update

    async def viewer_verification_send(self, input: ViewerVerificationSendInput) -> ViewerVerificationSendResult:
        """Send the mail again that proves one's own address."""
        data = await self._calls.run(documents.VIEWER_VERIFICATION_SEND, {"input": input}, ViewerVerificationSendData)
        return data.viewer_verification_send

    async def api_key(self, id: str, *, first: int | None = None) -> ApiKeyResult | None:
        """One API key with what it holds."""
        data = await self._calls.run(documents.API_KEY, {"id": id, "first": first}, ApiKeyData)
        return data.api_key

    async def api_key_create(self, input: ApiKeyCreateInput) -> ApiKeyCreateResult:
        """Make an API key; its secret is in this answer and never again."""
        data = await self._calls.run(documents.API_KEY_CREATE, {"input": input}, ApiKeyCreateData)
        return data.api_key_create

    async def api_key_delete(self, input: ApiKeyDeleteInput) -> ApiKeyDeleteResult:
        """Delete an API key and its tuples; it and its tokens stop working."""
        data = await self._calls.run(documents.API_KEY_DELETE, {"input": input}, ApiKeyDeleteData)
        return data.api_key_delete

    async def api_key_disable(self, input: ApiKeyDisableInput) -> ApiKeyDisableResult:
        """Switch an API key off; it and its tokens stop working."""
        data = await self._calls.run(documents.API_KEY_DISABLE, {"input": input}, ApiKeyDisableData)
        return data.api_key_disable

    async def api_key_enable(self, input: ApiKeyEnableInput) -> ApiKeyEnableResult:
        """Switch an API key on again."""
        data = await self._calls.run(documents.API_KEY_ENABLE, {"input": input}, ApiKeyEnableData)
        return data.api_key_enable

    async def api_key_rotate(self, input: ApiKeyRotateInput) -> ApiKeyRotateResult:
        """Give an API key a new secret, shown this once; the one in force works on for the overlap."""
        data = await self._calls.run(documents.API_KEY_ROTATE, {"input": input}, ApiKeyRotateData)
        return data.api_key_rotate

    async def api_key_update(self, input: ApiKeyUpdateInput) -> ApiKeyUpdateResult:
        """Change an API key."""
        data = await self._calls.run(documents.API_KEY_UPDATE, {"input": input}, ApiKeyUpdateData)
        return data.api_key_update

    async def api_keys(
        self,
        *,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        filter: ApiKeyFilter | None = None,
        sort: ApiKeySort | None = None,
        with_owner: bool | None = None,
    ) -> ApiKeysResult:
        """A page of API keys, searched, filtered and sorted; leave the owners out if the caller may not see them."""
        data = await self._calls.run(
            documents.API_KEYS,
            {
                "first": first,
                "after": after,
                "last": last,
                "before": before,
                "filter": filter,
                "sort": sort,
                "withOwner": with_owner,
            },
            ApiKeysData,
        )
        return data.api_keys

    async def client_api_keys(
        self,
        id: str,
        *,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> ClientApiKeysResult | None:
        """The API keys that belong to a client."""
        data = await self._calls.run(
            documents.CLIENT_API_KEYS,
            {"id": id, "first": first, "after": after, "last": last, "before": before},
            ClientApiKeysData,
        )
        return data.client

    async def own_api_keys(
        self, *, first: int | None = None, after: str | None = None, last: int | None = None, before: str | None = None
    ) -> OwnApiKeysResult:
        """The API keys that belong to the caller."""
        data = await self._calls.run(
            documents.OWN_API_KEYS, {"first": first, "after": after, "last": last, "before": before}, OwnApiKeysData
        )
        return data.viewer

    async def user_api_keys(
        self,
        id: str,
        *,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> UserApiKeysResult | None:
        """The API keys that belong to a user."""
        data = await self._calls.run(
            documents.USER_API_KEYS,
            {"id": id, "first": first, "after": after, "last": last, "before": before},
            UserApiKeysData,
        )
        return data.user

    async def audit_events(
        self,
        *,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        filter: AuditEventFilter | None = None,
    ) -> AuditEventsResult:
        """A page of the audit trail, filtered, with what changed."""
        data = await self._calls.run(
            documents.AUDIT_EVENTS,
            {"first": first, "after": after, "last": last, "before": before, "filter": filter},
            AuditEventsData,
        )
        return data.audit_events

    def audit_events_stream(
        self, *, filter: AuditEventFilter | None = None, after: str | None = None
    ) -> AsyncGenerator[AuditEventsStreamResult, None]:
        """The audit trail as it grows. Reconnect with the last cursor, and nothing is missed."""
        return self._calls.follow(
            documents.AUDIT_EVENTS_STREAM,
            {"filter": filter, "after": after},
            AuditEventsStreamData,
            pick=lambda data: data.audit_events,
            cursor=lambda data: data.audit_events.cursor,
        )

    async def actions(
        self,
        entity: EntityInput,
        *,
        subject: SubjectInput | None = None,
        context: JsonValue | None = None,
        consistency: ConsistencyInput | None = None,
    ) -> tuple[ActionsResult, ...]:
        """Everything that a subject can and cannot do to an entity."""
        data = await self._calls.run(
            documents.ACTIONS,
            {"entity": entity, "subject": subject, "context": context, "consistency": consistency},
            ActionsData,
        )
        return data.actions

    async def check(self, input: CheckInput, *, consistency: ConsistencyInput | None = None) -> CheckAnswerFields:
        """May a subject do something to an entity?"""
        data = await self._calls.run(documents.CHECK, {"input": input, "consistency": consistency}, CheckData)
        return data.check

    def check_changed(self, input: CheckInput) -> AsyncGenerator[CheckAnswerFields, None]:
        """A standing check: its answer now, and again whenever it changes."""
        return self._calls.follow(
            documents.CHECK_CHANGED, {"input": input}, CheckChangedData, pick=lambda data: data.check_changed
        )

    async def checks(
        self, inputs: Sequence[CheckInput], *, consistency: ConsistencyInput | None = None
    ) -> tuple[CheckAnswerFields, ...]:
        """Many checks in one call, answered in their order."""
        data = await self._calls.run(documents.CHECKS, {"inputs": inputs, "consistency": consistency}, ChecksData)
        return data.checks

    async def client_tuples(
        self,
        id: str,
        *,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        with_grants: bool | None = None,
    ) -> ClientTuplesResult | None:
        """The tuples on one client's types, and those that name it as subject."""
        data = await self._calls.run(
            documents.CLIENT_TUPLES,
            {"id": id, "first": first, "after": after, "last": last, "before": before, "withGrants": with_grants},
            ClientTuplesData,
        )
        return data.client

    async def expand(
        self, entity: EntityInput, relation: str, *, consistency: ConsistencyInput | None = None
    ) -> ExpandResult:
        """What a relation of an entity is made of, and whom its tuples name."""
        data = await self._calls.run(
            documents.EXPAND, {"entity": entity, "relation": relation, "consistency": consistency}, ExpandData
        )
        return data.expand

    async def explain(self, input: CheckInput, *, consistency: ConsistencyInput | None = None) -> ExplainResult:
        """Why a check is answered as it is, and which tuple is missing for a yes."""
        data = await self._calls.run(documents.EXPLAIN, {"input": input, "consistency": consistency}, ExplainData)
        return data.explain

    async def list_objects(
        self,
        action: str,
        type: str,
        *,
        subject: SubjectInput | None = None,
        context: JsonValue | None = None,
        contextual_tuples: Sequence[TupleInput] | None = None,
        consistency: ConsistencyInput | None = None,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> ListObjectsResult:
        """The entities of a type that a subject can do something to."""
        data = await self._calls.run(
            documents.LIST_OBJECTS,
            {
                "action": action,
                "type": type,
                "subject": subject,
                "context": context,
                "contextualTuples": contextual_tuples,
                "consistency": consistency,
                "first": first,
                "after": after,
                "last": last,
                "before": before,
            },
            ListObjectsData,
        )
        return data.list_objects

    async def list_subjects(
        self,
        entity: EntityInput,
        action: str,
        type: str,
        *,
        relation: str | None = None,
        context: JsonValue | None = None,
        contextual_tuples: Sequence[TupleInput] | None = None,
        consistency: ConsistencyInput | None = None,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> ListSubjectsResult:
        """The subjects of a kind that can do something to an entity, and through which tuples."""
        data = await self._calls.run(
            documents.LIST_SUBJECTS,
            {
                "entity": entity,
                "action": action,
                "type": type,
                "relation": relation,
                "context": context,
                "contextualTuples": contextual_tuples,
                "consistency": consistency,
                "first": first,
                "after": after,
                "last": last,
                "before": before,
            },
            ListSubjectsData,
        )
        return data.list_subjects

    async def model(self, *, scope: str | None = None) -> ModelDetailFields | None:
        """The model in force of a client, or, without a scope, the installation's own."""
        data = await self._calls.run(documents.MODEL, {"scope": scope}, ModelData)
        return data.model

    async def model_impact(self, input: ModelPreviewInput) -> ModelImpactResult | None:
        """Who would gain and who would lose what if a model were saved."""
        data = await self._calls.run(documents.MODEL_IMPACT, {"input": input}, ModelImpactData)
        return data.model_impact

    async def model_preview(self, input: ModelPreviewInput) -> ModelPreviewFields:
        """What saving a model would do: problems, difference, what stands in its way, who gains and loses."""
        data = await self._calls.run(documents.MODEL_PREVIEW, {"input": input}, ModelPreviewData)
        return data.model_preview

    async def model_problems(self, input: ModelPreviewInput) -> ModelProblemsResult:
        """What is wrong with a model while it is being written, and where."""
        data = await self._calls.run(documents.MODEL_PROBLEMS, {"input": input}, ModelProblemsData)
        return data.model_preview

    async def model_save(self, input: ModelSaveInput) -> ModelSaveResult:
        """Save a new version of a model; problems come with their places."""
        data = await self._calls.run(documents.MODEL_SAVE, {"input": input}, ModelSaveData)
        return data.model_save

    async def model_version(self, id: str, *, from_: int | None = None) -> ModelVersionResult | None:
        """One version of a model and how it differs from another one."""
        data = await self._calls.run(documents.MODEL_VERSION, {"id": id, "from": from_}, ModelVersionData)
        return data.model_version

    async def model_versions(
        self,
        *,
        scope: str | None = None,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> ModelVersionsResult | None:
        """The versions of a client's model, newest first."""
        data = await self._calls.run(
            documents.MODEL_VERSIONS,
            {"scope": scope, "first": first, "after": after, "last": last, "before": before},
            ModelVersionsData,
        )
        return data.model

    async def models(
        self,
        *,
        with_own: bool | None = None,
        with_clients: bool | None = None,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> ModelsData:
        """The installation's own model in force, and clients with the one that each has."""
        return await self._calls.run(
            documents.MODELS,
            {
                "withOwn": with_own,
                "withClients": with_clients,
                "first": first,
                "after": after,
                "last": last,
                "before": before,
            },
            ModelsData,
        )

    async def system_model(self) -> SystemModelResult:
        """The model that guards Auther itself."""
        data = await self._calls.run(documents.SYSTEM_MODEL, {}, SystemModelData)
        return data.system_model

    async def token_claims(
        self, user_id: str, client_id: str, *, scopes: Sequence[str] | None = None
    ) -> TokenClaimsResult:
        """All claims of the tokens that a user's sign-in to a client would give."""
        data = await self._calls.run(
            documents.TOKEN_CLAIMS, {"userId": user_id, "clientId": client_id, "scopes": scopes}, TokenClaimsData
        )
        return data.token_preview

    async def token_preview(
        self, *, user_id: str | None = None, subject: SubjectInput | None = None, client_id: str | None = None
    ) -> PermissionsFields:
        """What a token of a user, or another subject, for a client would hold."""
        data = await self._calls.run(
            documents.TOKEN_PREVIEW, {"userId": user_id, "subject": subject, "clientId": client_id}, TokenPreviewData
        )
        return data.token_preview

    async def tuples(
        self,
        *,
        filter: TupleFilter | None = None,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> TuplesResult:
        """A page of the tuples that stand, filtered."""
        data = await self._calls.run(
            documents.TUPLES,
            {"filter": filter, "first": first, "after": after, "last": last, "before": before},
            TuplesData,
        )
        return data.tuples

    def tuples_changed(
        self, *, after: str | None = None, filter: TupleFilter | None = None
    ) -> AsyncGenerator[TuplesChangedResult, None]:
        """Changes of tuples as they happen. Reconnect with the last cursor, and nothing is missed."""
        return self._calls.follow(
            documents.TUPLES_CHANGED,
            {"after": after, "filter": filter},
            TuplesChangedData,
            pick=lambda data: data.tuples_changed,
            cursor=lambda data: data.tuples_changed.cursor,
        )

    async def tuples_delete(self, input: TuplesDeleteInput) -> TuplesDeleteResult:
        """Delete every tuple that a filter means, or only count them."""
        data = await self._calls.run(documents.TUPLES_DELETE, {"input": input}, TuplesDeleteData)
        return data.tuples_delete

    async def tuples_write(self, input: TuplesWriteInput) -> TuplesWriteResult:
        """Add, change and delete tuples at one revision, or only see what would happen."""
        data = await self._calls.run(documents.TUPLES_WRITE, {"input": input}, TuplesWriteData)
        return data.tuples_write

    async def type_names(self) -> TypeNamesData:
        """The names of all types that models define, to read what people type."""
        return await self._calls.run(documents.TYPE_NAMES, {}, TypeNamesData)

    async def user_permissions(self, id: str, *, client_id: str | None = None) -> UserPermissionsResult | None:
        """What one user may do within a client."""
        data = await self._calls.run(documents.USER_PERMISSIONS, {"id": id, "clientId": client_id}, UserPermissionsData)
        return data.user

    async def user_tuples(
        self,
        id: str,
        *,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> UserTuplesResult | None:
        """The tuples that name one user as subject."""
        data = await self._calls.run(
            documents.USER_TUPLES,
            {"id": id, "first": first, "after": after, "last": last, "before": before},
            UserTuplesData,
        )
        return data.user

    async def viewer_permissions(self, *, client_id: str | None = None) -> ViewerPermissionsResult:
        """What the caller may do within a client."""
        data = await self._calls.run(documents.VIEWER_PERMISSIONS, {"clientId": client_id}, ViewerPermissionsData)
        return data.viewer

    async def who_can(
        self,
        entity: EntityInput,
        action: str,
        *,
        context: JsonValue | None = None,
        consistency: ConsistencyInput | None = None,
        first: int | None = None,
    ) -> WhoCanResult:
        """Users, groups, API keys and clients that can do something to an entity."""
        data = await self._calls.run(
            documents.WHO_CAN,
            {"entity": entity, "action": action, "context": context, "consistency": consistency, "first": first},
            WhoCanData,
        )
        return data.who_can

    async def client(self, id: str) -> ClientDetailFields | None:
        """One OAuth client with its settings and the hints of its secrets."""
        data = await self._calls.run(documents.CLIENT, {"id": id}, ClientData)
        return data.client

    async def client_create(self, input: ClientCreateInput) -> ClientCreateResult:
        """Register an OAuth client; its secret is in this answer and never again."""
        data = await self._calls.run(documents.CLIENT_CREATE, {"input": input}, ClientCreateData)
        return data.client_create

    async def client_delete(self, input: ClientDeleteInput) -> ClientDeleteResult:
        """Delete a client; its tokens stop working."""
        data = await self._calls.run(documents.CLIENT_DELETE, {"input": input}, ClientDeleteData)
        return data.client_delete

    async def client_secret_rotate(self, input: ClientSecretRotateInput) -> ClientSecretRotateResult:
        """Give a client a new secret, shown once; the old one works on for the overlap."""
        data = await self._calls.run(documents.CLIENT_SECRET_ROTATE, {"input": input}, ClientSecretRotateData)
        return data.client_secret_rotate

    async def client_update(self, input: ClientUpdateInput) -> ClientUpdateResult:
        """Change the settings of a client; absent fields stay, null clears."""
        data = await self._calls.run(documents.CLIENT_UPDATE, {"input": input}, ClientUpdateData)
        return data.client_update

    async def clients(
        self,
        *,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        filter: ClientFilter | None = None,
        sort: ClientSort | None = None,
    ) -> ClientsResult:
        """A page of OAuth clients, searched, filtered and sorted."""
        data = await self._calls.run(
            documents.CLIENTS,
            {"first": first, "after": after, "last": last, "before": before, "filter": filter, "sort": sort},
            ClientsData,
        )
        return data.clients

    async def initial_access_token_create(self, input: InitialAccessTokenCreateInput) -> InitialAccessTokenCreateResult:
        """Make a token that clients register themselves with; its value is in this answer and never again."""
        data = await self._calls.run(
            documents.INITIAL_ACCESS_TOKEN_CREATE, {"input": input}, InitialAccessTokenCreateData
        )
        return data.initial_access_token_create

    async def initial_access_token_revoke(self, input: InitialAccessTokenRevokeInput) -> InitialAccessTokenRevokeResult:
        """Revoke a token: nobody registers with it any more."""
        data = await self._calls.run(
            documents.INITIAL_ACCESS_TOKEN_REVOKE, {"input": input}, InitialAccessTokenRevokeData
        )
        return data.initial_access_token_revoke

    async def initial_access_tokens(
        self, *, first: int | None = None, after: str | None = None, last: int | None = None, before: str | None = None
    ) -> InitialAccessTokensResult:
        """A page of the tokens that clients register themselves with, youngest first."""
        data = await self._calls.run(
            documents.INITIAL_ACCESS_TOKENS,
            {"first": first, "after": after, "last": last, "before": before},
            InitialAccessTokensData,
        )
        return data.initial_access_tokens

    async def consent_withdraw(self, input: ConsentWithdrawInput) -> ConsentWithdrawResult:
        """Withdraw what a user allowed an application."""
        data = await self._calls.run(documents.CONSENT_WITHDRAW, {"input": input}, ConsentWithdrawData)
        return data.consent_withdraw

    async def user_clients(
        self,
        id: str,
        *,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> UserClientsResult | None:
        """The clients that one user has used."""
        data = await self._calls.run(
            documents.USER_CLIENTS,
            {"id": id, "first": first, "after": after, "last": last, "before": before},
            UserClientsData,
        )
        return data.user

    async def user_consents(
        self,
        id: str,
        *,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> UserConsentsResult | None:
        """Applications that one user has used, and what the user allowed them."""
        data = await self._calls.run(
            documents.USER_CONSENTS,
            {"id": id, "first": first, "after": after, "last": last, "before": before},
            UserConsentsData,
        )
        return data.user

    async def registration_context(
        self, *, id: str | None = None, slug: str | None = None
    ) -> RegistrationContextFields | None:
        """One registration context, by id or by slug."""
        data = await self._calls.run(documents.REGISTRATION_CONTEXT, {"id": id, "slug": slug}, RegistrationContextData)
        return data.registration_context

    async def registration_context_create(
        self, input: RegistrationContextCreateInput
    ) -> RegistrationContextCreateResult:
        """Make a registration context."""
        data = await self._calls.run(
            documents.REGISTRATION_CONTEXT_CREATE, {"input": input}, RegistrationContextCreateData
        )
        return data.registration_context_create

    async def registration_context_delete(
        self, input: RegistrationContextDeleteInput
    ) -> RegistrationContextDeleteResult:
        """Delete a registration context; what it gave stays."""
        data = await self._calls.run(
            documents.REGISTRATION_CONTEXT_DELETE, {"input": input}, RegistrationContextDeleteData
        )
        return data.registration_context_delete

    async def registration_context_update(
        self, input: RegistrationContextUpdateInput
    ) -> RegistrationContextUpdateResult:
        """Change a registration context."""
        data = await self._calls.run(
            documents.REGISTRATION_CONTEXT_UPDATE, {"input": input}, RegistrationContextUpdateData
        )
        return data.registration_context_update

    async def registration_contexts(
        self,
        *,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        filter: RegistrationContextFilter | None = None,
        sort: RegistrationContextSort | None = None,
    ) -> RegistrationContextsResult:
        """A page of registration contexts."""
        data = await self._calls.run(
            documents.REGISTRATION_CONTEXTS,
            {"first": first, "after": after, "last": last, "before": before, "filter": filter, "sort": sort},
            RegistrationContextsData,
        )
        return data.registration_contexts

    async def passkey_register(self, input: PasskeyRegisterInput) -> PasskeyRegisterResult:
        """Register the passkey that the caller's browser made."""
        data = await self._calls.run(documents.PASSKEY_REGISTER, {"input": input}, PasskeyRegisterData)
        return data.passkey_register

    async def passkey_remove(self, input: PasskeyRemoveInput) -> PasskeyRemoveResult:
        """Remove one of one's own passkeys."""
        data = await self._calls.run(documents.PASSKEY_REMOVE, {"input": input}, PasskeyRemoveData)
        return data.passkey_remove

    async def passkey_rename(self, input: PasskeyRenameInput) -> PasskeyRenameResult:
        """Give one of one's own passkeys another name."""
        data = await self._calls.run(documents.PASSKEY_RENAME, {"input": input}, PasskeyRenameData)
        return data.passkey_rename

    async def passkey_start(self, input: PasskeyStartInput) -> PasskeyStartResult:
        """Begin to make a passkey in the caller's browser."""
        data = await self._calls.run(documents.PASSKEY_START, {"input": input}, PasskeyStartData)
        return data.passkey_start

    async def recovery_codes_regenerate(self, input: RecoveryCodesRegenerateInput) -> RecoveryCodesRegenerateResult:
        """Make ten new recovery codes; the former ones stop working."""
        data = await self._calls.run(documents.RECOVERY_CODES_REGENERATE, {"input": input}, RecoveryCodesRegenerateData)
        return data.recovery_codes_regenerate

    async def totp_confirm(self, input: TotpConfirmInput) -> TotpConfirmResult:
        """Take the app that shows this code."""
        data = await self._calls.run(documents.TOTP_CONFIRM, {"input": input}, TotpConfirmData)
        return data.totp_confirm

    async def totp_remove(self, input: TotpRemoveInput) -> TotpRemoveResult:
        """Remove one's own authenticator app."""
        data = await self._calls.run(documents.TOTP_REMOVE, {"input": input}, TotpRemoveData)
        return data.totp_remove

    async def totp_start(self, input: TotpStartInput) -> TotpStartResult:
        """Begin to set up an authenticator app."""
        data = await self._calls.run(documents.TOTP_START, {"input": input}, TotpStartData)
        return data.totp_start

    async def user_factors(self, id: str) -> UserFactorsResult | None:
        """A user's second factors, without secrets."""
        data = await self._calls.run(documents.USER_FACTORS, {"id": id}, UserFactorsData)
        return data.user

    async def user_factors_reset(self, input: UserFactorsResetInput) -> UserFactorsResetResult:
        """Take all second factors of a user away, for who lost them."""
        data = await self._calls.run(documents.USER_FACTORS_RESET, {"input": input}, UserFactorsResetData)
        return data.user_factors_reset

    async def viewer_factors(self) -> ViewerFactorsResult:
        """The caller's own second factors."""
        data = await self._calls.run(documents.VIEWER_FACTORS, {}, ViewerFactorsData)
        return data.viewer

    async def impersonation_start(self, input: ImpersonationStartInput) -> ImpersonationStartResult:
        """Ask to act as a user; the page that the answer names begins it in this browser."""
        data = await self._calls.run(documents.IMPERSONATION_START, {"input": input}, ImpersonationStartData)
        return data.impersonation_start

    async def impersonation_stop(self) -> ImpersonationStopResult:
        """Stop to act as a user: the session in which it happened ends, the operator's own goes on."""
        data = await self._calls.run(documents.IMPERSONATION_STOP, {}, ImpersonationStopData)
        return data.impersonation_stop

    def job(self, id: str) -> AsyncGenerator[JobResult, None]:
        """A job in the background, until it is over."""
        return self._calls.follow(documents.JOB, {"id": id}, JobData, pick=lambda data: data.job)

    async def viewer_data_export(self, input: ViewerDataExportInput) -> ViewerDataExportResult:
        """Where all that is known of oneself can be downloaded, once."""
        data = await self._calls.run(documents.VIEWER_DATA_EXPORT, {"input": input}, ViewerDataExportData)
        return data.viewer_data_export

    async def viewer_delete(self, input: ViewerDeleteInput) -> ViewerDeleteResult:
        """Delete one's own account; signing in before it is erased offers to keep it."""
        data = await self._calls.run(documents.VIEWER_DELETE, {"input": input}, ViewerDeleteData)
        return data.viewer_delete

    async def mail(self, id: str) -> MailResult | None:
        """One mail with its text and HTML."""
        data = await self._calls.run(documents.MAIL, {"id": id}, MailData)
        return data.node

    async def mails(
        self, *, first: int | None = None, after: str | None = None, last: int | None = None, before: str | None = None
    ) -> MailsResult:
        """A page of the mails that were sent or wait in the outbox."""
        data = await self._calls.run(
            documents.MAILS, {"first": first, "after": after, "last": last, "before": before}, MailsData
        )
        return data.mails

    def metrics(
        self, *, every_seconds: int | None = None, names: Sequence[str] | None = None
    ) -> AsyncGenerator[MetricsResult, None]:
        """The metrics of all processes together, every few seconds."""
        return self._calls.follow(
            documents.METRICS,
            {"everySeconds": every_seconds, "names": names},
            MetricsData,
            pick=lambda data: data.metrics,
        )

    async def client_token_families(
        self,
        id: str,
        *,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> ClientTokenFamiliesResult | None:
        """What users' sign-ins gave one client and still lives."""
        data = await self._calls.run(
            documents.CLIENT_TOKEN_FAMILIES,
            {"id": id, "first": first, "after": after, "last": last, "before": before},
            ClientTokenFamiliesData,
        )
        return data.client

    async def own_token_families(
        self, *, first: int | None = None, after: str | None = None, last: int | None = None, before: str | None = None
    ) -> OwnTokenFamiliesResult:
        """What one's own sign-ins gave applications and still lives."""
        data = await self._calls.run(
            documents.OWN_TOKEN_FAMILIES,
            {"first": first, "after": after, "last": last, "before": before},
            OwnTokenFamiliesData,
        )
        return data.viewer

    async def token_family_revoke(self, input: TokenFamilyRevokeInput) -> TokenFamilyRevokeResult:
        """End one token family."""
        data = await self._calls.run(documents.TOKEN_FAMILY_REVOKE, {"input": input}, TokenFamilyRevokeData)
        return data.token_family_revoke

    async def user_token_families(
        self,
        id: str,
        *,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> UserTokenFamiliesResult | None:
        """What one user's sign-ins gave applications and still lives."""
        data = await self._calls.run(
            documents.USER_TOKEN_FAMILIES,
            {"id": id, "first": first, "after": after, "last": last, "before": before},
            UserTokenFamiliesData,
        )
        return data.user

    async def policies(
        self,
        *,
        client: str | None = None,
        search: str | None = None,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> PoliciesResult:
        """The policies of a client, or the installation's own."""
        data = await self._calls.run(
            documents.POLICIES,
            {"client": client, "search": search, "first": first, "after": after, "last": last, "before": before},
            PoliciesData,
        )
        return data.policies

    async def policy(self, id: str) -> PolicyDetailFields | None:
        """One policy with its source and samples."""
        data = await self._calls.run(documents.POLICY, {"id": id}, PolicyData)
        return data.policy

    async def policy_delete(self, input: PolicyDeleteInput) -> PolicyDeleteResult:
        """Delete a policy that nothing refers to."""
        data = await self._calls.run(documents.POLICY_DELETE, {"input": input}, PolicyDeleteData)
        return data.policy_delete

    async def policy_evaluations(
        self,
        id: str,
        *,
        filter: PolicyEvaluationFilter | None = None,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> PolicyEvaluationsResult | None:
        """What a policy said when checks asked it, newest first."""
        data = await self._calls.run(
            documents.POLICY_EVALUATIONS,
            {"id": id, "filter": filter, "first": first, "after": after, "last": last, "before": before},
            PolicyEvaluationsData,
        )
        return data.policy

    async def policy_save(self, input: PolicySaveInput) -> PolicySaveResult:
        """Save a policy; what its samples contradict is refused."""
        data = await self._calls.run(documents.POLICY_SAVE, {"input": input}, PolicySaveData)
        return data.policy_save

    async def policy_test(self, input: PolicyTestInput) -> PolicyTestResult:
        """Run a policy that counts for nothing."""
        data = await self._calls.run(documents.POLICY_TEST, {"input": input}, PolicyTestData)
        return data.policy_test

    async def policy_versions(
        self,
        id: str,
        *,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> PolicyVersionsResult | None:
        """The versions of a policy, newest first, each with what it changed."""
        data = await self._calls.run(
            documents.POLICY_VERSIONS,
            {"id": id, "first": first, "after": after, "last": last, "before": before},
            PolicyVersionsData,
        )
        return data.policy

    async def session_revoke(self, input: SessionRevokeInput) -> SessionRevokeResult:
        """End a session and the refresh tokens that grew from it."""
        data = await self._calls.run(documents.SESSION_REVOKE, {"input": input}, SessionRevokeData)
        return data.session_revoke

    async def sessions(
        self,
        *,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        filter: SessionFilter | None = None,
        with_user: bool | None = None,
    ) -> SessionsResult:
        """A page of the sessions of everybody, or of one user; leave the owners out if the caller may not see users."""
        data = await self._calls.run(
            documents.SESSIONS,
            {"first": first, "after": after, "last": last, "before": before, "filter": filter, "withUser": with_user},
            SessionsData,
        )
        return data.sessions

    async def sessions_revoke(self, input: SessionsRevokeInput) -> SessionsRevokeResult:
        """Sign a user out everywhere, or everywhere else."""
        data = await self._calls.run(documents.SESSIONS_REVOKE, {"input": input}, SessionsRevokeData)
        return data.sessions_revoke

    def sessions_revoked(
        self, *, filter: RevokedSessionFilter | None = None, after: str | None = None
    ) -> AsyncGenerator[SessionsRevokedResult, None]:
        """Sessions that are ended, as they end, for whoever keeps a session of their own beside one of ours."""
        return self._calls.follow(
            documents.SESSIONS_REVOKED,
            {"filter": filter, "after": after},
            SessionsRevokedData,
            pick=lambda data: data.sessions_revoked,
            cursor=lambda data: data.sessions_revoked.cursor,
        )

    async def signing_key_withdraw(self, input: SigningKeyWithdrawInput) -> SigningKeyWithdrawResult:
        """Take a compromised signing key out at once."""
        data = await self._calls.run(documents.SIGNING_KEY_WITHDRAW, {"input": input}, SigningKeyWithdrawData)
        return data.signing_key_withdraw

    async def signing_keys(self) -> tuple[SigningKeysResult, ...]:
        """The keys that sign tokens, with their status, age and public half."""
        data = await self._calls.run(documents.SIGNING_KEYS, {}, SigningKeysData)
        return data.signing_keys

    async def signing_keys_rotate(self, input: SigningKeysRotateInput) -> SigningKeysRotateResult:
        """Let new signing keys take over soon."""
        data = await self._calls.run(documents.SIGNING_KEYS_ROTATE, {"input": input}, SigningKeysRotateData)
        return data.signing_keys_rotate

    async def identity_provider_create(self, input: IdentityProviderCreateInput) -> IdentityProviderCreateResult:
        """Set up an identity provider."""
        data = await self._calls.run(documents.IDENTITY_PROVIDER_CREATE, {"input": input}, IdentityProviderCreateData)
        return data.identity_provider_create

    async def identity_provider_delete(self, input: IdentityProviderDeleteInput) -> IdentityProviderDeleteResult:
        """Delete an identity provider with every link to it."""
        data = await self._calls.run(documents.IDENTITY_PROVIDER_DELETE, {"input": input}, IdentityProviderDeleteData)
        return data.identity_provider_delete

    async def identity_provider_test(self, id: str) -> IdentityProviderTestResult | None:
        """Try an identity provider: its discovery and its keys, as they are now."""
        data = await self._calls.run(documents.IDENTITY_PROVIDER_TEST, {"id": id}, IdentityProviderTestData)
        return data.node

    async def identity_provider_update(self, input: IdentityProviderUpdateInput) -> IdentityProviderUpdateResult:
        """Change an identity provider."""
        data = await self._calls.run(documents.IDENTITY_PROVIDER_UPDATE, {"input": input}, IdentityProviderUpdateData)
        return data.identity_provider_update

    async def identity_providers(
        self,
        *,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        filter: IdentityProviderFilter | None = None,
        sort: IdentityProviderSort | None = None,
    ) -> IdentityProvidersResult:
        """A page of identity providers."""
        data = await self._calls.run(
            documents.IDENTITY_PROVIDERS,
            {"first": first, "after": after, "last": last, "before": before, "filter": filter, "sort": sort},
            IdentityProvidersData,
        )
        return data.identity_providers

    async def linked_identity_delete(self, input: LinkedIdentityDeleteInput) -> LinkedIdentityDeleteResult:
        """Take a link to an account at a provider away."""
        data = await self._calls.run(documents.LINKED_IDENTITY_DELETE, {"input": input}, LinkedIdentityDeleteData)
        return data.linked_identity_delete

    async def user_linked_identities(
        self,
        id: str,
        *,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> UserLinkedIdentitiesResult | None:
        """Accounts at identity providers that a user signs in with."""
        data = await self._calls.run(
            documents.USER_LINKED_IDENTITIES,
            {"id": id, "first": first, "after": after, "last": last, "before": before},
            UserLinkedIdentitiesData,
        )
        return data.user

    async def user(self, id: str) -> UserResult | None:
        """One user with profile, status and attributes."""
        data = await self._calls.run(documents.USER, {"id": id}, UserData)
        return data.user

    async def user_audit_events(
        self,
        id: str,
        *,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> UserAuditEventsResult | None:
        """What happened to one user and what they did."""
        data = await self._calls.run(
            documents.USER_AUDIT_EVENTS,
            {"id": id, "first": first, "after": after, "last": last, "before": before},
            UserAuditEventsData,
        )
        return data.user

    async def user_ban(self, input: UserBanInput) -> UserBanResult:
        """Ban a user, for good or until a moment; ends every session at once."""
        data = await self._calls.run(documents.USER_BAN, {"input": input}, UserBanData)
        return data.user_ban

    async def user_create(self, input: UserCreateInput) -> UserCreateResult:
        """Create a user, with a password or with an invitation by mail."""
        data = await self._calls.run(documents.USER_CREATE, {"input": input}, UserCreateData)
        return data.user_create

    async def user_data_export(self, input: UserDataExportInput) -> UserDataExportResult:
        """Where all that is known of a user can be downloaded, once."""
        data = await self._calls.run(documents.USER_DATA_EXPORT, {"input": input}, UserDataExportData)
        return data.user_data_export

    async def user_delete(self, input: UserDeleteInput) -> UserDeleteResult:
        """Delete a user: erased after the server's grace period, or at once, or only see whether it can be done."""
        data = await self._calls.run(documents.USER_DELETE, {"input": input}, UserDeleteData)
        return data.user_delete

    async def user_merge(self, input: UserMergeInput) -> UserMergeResult:
        """Make one account of two, or only see what would move."""
        data = await self._calls.run(documents.USER_MERGE, {"input": input}, UserMergeData)
        return data.user_merge

    async def user_restore(self, input: UserRestoreInput) -> UserRestoreResult:
        """Call off the deletion of a user who is not erased yet."""
        data = await self._calls.run(documents.USER_RESTORE, {"input": input}, UserRestoreData)
        return data.user_restore

    async def user_sessions(
        self,
        id: str,
        *,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> UserSessionsResult | None:
        """Where one user is signed in."""
        data = await self._calls.run(
            documents.USER_SESSIONS,
            {"id": id, "first": first, "after": after, "last": last, "before": before},
            UserSessionsData,
        )
        return data.user

    async def user_unban(self, input: UserUnbanInput) -> UserUnbanResult:
        """Lift a ban."""
        data = await self._calls.run(documents.USER_UNBAN, {"input": input}, UserUnbanData)
        return data.user_unban

    async def user_update(self, input: UserUpdateInput) -> UserUpdateResult:
        """Change a user; absent fields stay, null clears."""
        data = await self._calls.run(documents.USER_UPDATE, {"input": input}, UserUpdateData)
        return data.user_update

    async def users(
        self,
        *,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        filter: UserFilter | None = None,
        sort: UserSort | None = None,
    ) -> UsersResult:
        """A page of users, searched, filtered and sorted."""
        data = await self._calls.run(
            documents.USERS,
            {"first": first, "after": after, "last": last, "before": before, "filter": filter, "sort": sort},
            UsersData,
        )
        return data.users

    async def nodes(self, ids: Sequence[str]) -> tuple[NodesResult | None, ...]:
        """Several things by their ids, whatever they are."""
        data = await self._calls.run(documents.NODES, {"ids": ids}, NodesData)
        return data.nodes

    async def overview(
        self,
        *,
        with_users: bool | None = None,
        with_clients: bool | None = None,
        with_sessions: bool | None = None,
        with_keys: bool | None = None,
        with_audit: bool | None = None,
    ) -> OverviewData:
        """The numbers and the latest events of the front page; switch off what the caller may not see."""
        return await self._calls.run(
            documents.OVERVIEW,
            {
                "withUsers": with_users,
                "withClients": with_clients,
                "withSessions": with_sessions,
                "withKeys": with_keys,
                "withAudit": with_audit,
            },
            OverviewData,
        )

    async def rate_limit(self) -> RateLimitResult | None:
        """How much the caller may still ask for in this minute."""
        data = await self._calls.run(documents.RATE_LIMIT, {}, RateLimitData)
        return data.rate_limit

    async def search(
        self, search: str, *, with_users: bool | None = None, with_clients: bool | None = None
    ) -> SearchData:
        """Users and clients whose name, mail address or id matches, for the command palette."""
        return await self._calls.run(
            documents.SEARCH, {"search": search, "withUsers": with_users, "withClients": with_clients}, SearchData
        )

    async def viewer(self) -> ViewerData:
        """Who is signed in, what they may do, and which server this is."""
        return await self._calls.run(documents.VIEWER, {}, ViewerData)

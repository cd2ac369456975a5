"""Who hears of what: the only place where rooms are tied to the events and the worker."""

from __future__ import annotations

from datetime import timedelta

from app.api_keys.service import delete_keys_of
from app.api_keys.types import Owner, OwnerKind
from app.authz import jobs as authz_jobs
from app.authz.engine.policies import bind_policies
from app.authz.service import PlatformDecider, forget_scope, forget_subject
from app.authz.service.access import can_manage_access
from app.authz.service.blockers import add_finder
from app.authz.service.models import retire_model
from app.authz.service.policies import PolicyRoom
from app.authz.service.policy_names import PolicyUses
from app.authz.service.strangers import find_subjects_in
from app.clients.types import ClientDeleted, ClientUpdated
from app.contexts.service import delete_contexts_of, find_stranded
from app.credentials import jobs as credentials_jobs
from app.credentials.service import require_breached_list
from app.credentials.types import PasswordChanged
from app.events import jobs as events_jobs
from app.events.refusals import observe_denials
from app.events.service import let_managers_read, react
from app.factors import jobs as factors_jobs
from app.impersonation import jobs as impersonation_jobs
from app.impersonation.service import note_end as note_end_of_acting
from app.jobs import jobs as jobs_jobs
from app.jobs.service import every, register
from app.jobs.types import Job
from app.kit.actor import Actor
from app.kit.limits import sweep_counters
from app.kit.runtime import bind_runtime
from app.kit.settings import Settings
from app.lifecycle import jobs as lifecycle_jobs
from app.lifecycle.service import keep_a_super_admin
from app.lifecycle.types import UserMerged
from app.login import jobs as login_jobs
from app.login.farewell import lead_out
from app.mail import jobs as mail_jobs
from app.mail.service import erase_mails_of
from app.mailed import jobs as mailed_jobs
from app.metrics.lua import measure_lua
from app.metrics.pool import measure_pool
from app.metrics.service import sample
from app.oidc import jobs as oidc_jobs
from app.oidc import service as oidc
from app.oidc.leaving import forget_requests_of
from app.policies import jobs as policies_jobs
from app.policies import service as policies
from app.rest.measures import count_denied
from app.sessions.measures import count_failure, count_renewal, count_session
from app.sessions.service import end_sessions_of_target, end_user_sessions, sweep_sessions
from app.sessions.types import SessionCreated, SessionDeleted, SessionRenewed, SignInFailed
from app.signing import jobs as signing_jobs
from app.signing.measures import measure_keys
from app.upstream import jobs as upstream_jobs
from app.users.types import (
    UserBanned,
    UserDeleted,
    UserDeletionScheduled,
    UserRestored,
    UserUpdated,
    UserVerified,
)
from app.wiring_accounts import tie_accounts

_HOURLY = timedelta(hours=1)


def wire(settings: Settings) -> None:
    """Bind the runtime of this process and tie the rooms together."""
    require_breached_list(settings)
    bind_runtime(settings, PlatformDecider())
    for shut_out in (UserBanned, UserDeletionScheduled, UserMerged):
        react(shut_out, end_sessions_of_target)
        react(shut_out, oidc.end_grants_of_user)
    react(UserBanned, keep_a_super_admin)
    react(UserDeleted, _forget_user)
    react(ClientDeleted, _forget_client)
    react(SessionDeleted, oidc.end_grants_of_session)
    react(SessionDeleted, oidc.tell_end_of_session)
    react(SessionDeleted, note_end_of_acting)
    lead_out(oidc.find_farewell)
    react(PasswordChanged, oidc.end_grants_of_user)
    react(UserDeleted, forget_requests_of)
    for changed in (
        UserUpdated, UserVerified, UserDeletionScheduled, UserRestored, UserMerged, UserDeleted, ClientUpdated,
        ClientDeleted,
    ):  # fmt: skip
        react(changed, oidc.forget_tokens)
    add_finder(find_stranded)
    find_subjects_in("client", "clients_client")
    find_subjects_in("apikey", "api_keys_key")
    tie_accounts()
    _measure()
    for room in (
        jobs_jobs, events_jobs, mail_jobs, signing_jobs, authz_jobs, credentials_jobs, factors_jobs, login_jobs,
        impersonation_jobs, mailed_jobs, oidc_jobs, upstream_jobs, lifecycle_jobs, policies_jobs,
    ):  # fmt: skip
        room.register_jobs()
    for kind, handler in (
        ("sessions.sweep", _sweep_sessions),
        ("limits.sweep", _sweep_counters),
    ):
        register(kind, handler)
        every(kind, _HOURLY)


def _measure() -> None:
    react(SessionCreated, count_session)
    react(SessionRenewed, count_renewal)
    react(SignInFailed, count_failure)
    observe_denials(count_denied)
    let_managers_read(can_manage_access)
    policies.let_managers_keep(can_manage_access)
    policies.bind_users(PolicyUses())
    bind_policies(PolicyRoom())
    sample(measure_pool)
    sample(measure_lua)
    sample(measure_keys)


async def _forget_user(actor: Actor, event: UserDeleted) -> None:
    if event.target_id is not None:
        # Told while they are still there: their rows go with the user's.
        await end_user_sessions(actor, event.target_id)
        await delete_keys_of(actor, Owner(OwnerKind.USER, event.target_id))
        await forget_subject("user", event.target_id)
        await erase_mails_of(event.target_id)
        await policies.forget_user(event.target_id)


async def _forget_client(actor: Actor, event: ClientDeleted) -> None:
    if event.target_id is not None:
        await delete_contexts_of(actor, event.target_id)
        await delete_keys_of(actor, Owner(OwnerKind.CLIENT, event.target_id))
        await forget_scope(event.target_id)
        await retire_model(actor, event.target_id)
        await policies.delete_policies_of(actor, event.target_id)


async def _sweep_sessions(job: Job) -> None:
    await sweep_sessions()


async def _sweep_counters(job: Job) -> None:
    await sweep_counters()

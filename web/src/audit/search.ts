import type { AuditEventFilter, AuditOutcome } from '../gen/graphql';
import { type PageSearch, pageVariables } from '../shared/paging';
import { oneOf, paging, type RawSearch, text } from '../shared/search';

const OUTCOMES: readonly AuditOutcome[] = ['SUCCESS', 'FAILURE', 'DENIED'];

export interface AuditSearch extends PageSearch {
  action?: string | undefined;
  outcome?: AuditOutcome | undefined;
  actor?: string | undefined;
  target?: string | undefined;
  request?: string | undefined;
  /** First and last day, YYYY-MM-DD in local time. */
  from?: string | undefined;
  to?: string | undefined;
  /** The event that is unfolded. */
  event?: string | undefined;
}

export function auditSearch(raw: RawSearch): AuditSearch {
  return {
    action: text(raw, 'action'),
    outcome: oneOf(raw, 'outcome', OUTCOMES),
    actor: text(raw, 'actor'),
    target: text(raw, 'target'),
    request: text(raw, 'request'),
    from: day(raw, 'from'),
    to: day(raw, 'to'),
    event: text(raw, 'event'),
    ...paging(raw),
  };
}

function day(raw: RawSearch, key: string): string | undefined {
  const value = text(raw, key);
  return value && /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value)) ? value : undefined;
}

export function auditVariables(search: AuditSearch) {
  const filter: AuditEventFilter = {};
  if (search.action) filter.action = search.action;
  if (search.outcome) filter.outcome = search.outcome;
  if (search.actor) filter.actorId = search.actor;
  if (search.target) filter.targetId = search.target;
  if (search.request) filter.requestId = search.request;
  if (search.from) filter.after = new Date(`${search.from}T00:00:00`).toISOString();
  if (search.to) filter.before = new Date(`${search.to}T23:59:59.999`).toISOString();
  return { ...pageVariables(search), filter };
}

export function isNarrowed({ action, outcome, actor, target, request, from, to }: AuditSearch): boolean {
  return [action, outcome, actor, target, request, from, to].some((value) => value !== undefined);
}

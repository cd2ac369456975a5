import type { ImpersonationRefusal } from '../gen/graphql';

export const DURATIONS = [
  { value: '900', label: '15 minutes' },
  { value: '1800', label: '30 minutes' },
  { value: '3600', label: 'An hour' },
] as const;

export const MAX_REASON = 500;
const KEPT = 'auther.impersonation.reason';

/** Why the button does nothing; null where it works. Whoever lacks the permission does not see it at all. */
export function refusalText(refusal: ImpersonationRefusal | null): string | null {
  if (refusal === 'OF_STRONGER') return 'They hold permissions on the platform that you lack.';
  if (refusal === 'NOT_POSSIBLE') return 'Nobody acts as themselves, or as somebody who may not sign in.';
  return refusal === 'NOT_PERMITTED' ? 'You act as somebody already.' : null;
}

export function reasonError(reason: string): string | null {
  const length = reason.trim().length;
  if (length === 0) return 'Say why.';
  return length > MAX_REASON ? `At most ${MAX_REASON} characters.` : null;
}

/** Where the operator proves who they are anew; it comes back to the dialog. */
export function proofPath(userId: string): string {
  return `/signin/again?next=${encodeURIComponent(`/admin/users/${userId}?dialog=impersonate`)}`;
}

/** What was typed outlives the way over the sign-in page, in this tab, once. */
export function keepReason(reason: string): void {
  sessionStorage.setItem(KEPT, reason);
}

export function takeReason(): string {
  const reason = sessionStorage.getItem(KEPT) ?? '';
  sessionStorage.removeItem(KEPT);
  return reason;
}

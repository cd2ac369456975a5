/** A model that is being written, and the version it began from (0: there was none). */
export interface Draft {
  source: string;
  base: number;
}

const key = (scope: string) => `auther:model:${scope}`;

/** Kept for the life of the browser's tab, so that a look at the tuples or a reload loses nothing. */
export function readDraft(scope: string): Draft | null {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(key(scope)) ?? 'null');
    return isDraft(kept) ? kept : null;
  } catch {
    return null;
  }
}

function isDraft(value: unknown): value is Draft {
  if (typeof value !== 'object' || value === null || !('source' in value) || !('base' in value)) return false;
  return typeof value.source === 'string' && typeof value.base === 'number';
}

export function keepDraft(scope: string, draft: Draft | null) {
  try {
    if (draft) sessionStorage.setItem(key(scope), JSON.stringify(draft));
    else sessionStorage.removeItem(key(scope));
  } catch {
    // Without storage a draft lasts as long as its page.
  }
}

export const FIRST_MODEL = `model
  schema 1.1

type user

type team
  relations
    define member: [user, team#member] hierarchy

type document
  relations
    define owner: [user]
    define editor: [user, team#member] or owner
    define viewer: [user, user:*, team#member] or editor
  permissions
    define read: viewer
    define edit: editor
    define delete: owner

assertions
  given
    document:plan#owner@user:ada
    document:plan#viewer@team:research#member
    team:research#member@user:alan
  check user:ada delete document:plan is true
  check user:alan read document:plan is true
  check user:alan edit document:plan is false
`;

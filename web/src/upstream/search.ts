/** What the address of the page says: which dialog is open, and of which provider. */
export interface ProvidersSearch {
  dialog?: 'create' | 'edit' | 'test' | 'delete';
  provider?: string;
}

const DIALOGS = ['create', 'edit', 'test', 'delete'] as const;

export function providersSearch(raw: Record<string, unknown>): ProvidersSearch {
  const dialog = DIALOGS.find((each) => each === raw.dialog);
  const provider = typeof raw.provider === 'string' ? raw.provider : undefined;
  return { dialog, provider };
}

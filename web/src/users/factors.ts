import type { FactorsFieldsFragment } from '../gen/graphql';

export interface FactorRow {
  key: string;
  label: string;
  since: string | null;
  usedAt: string | null;
  note: string | null;
}

/** What somebody has, one line each: the app, passkeys, and how many recovery codes are left. */
export function factorRows(factors: FactorsFieldsFragment): FactorRow[] {
  const rows: FactorRow[] = [];
  if (factors.totp) {
    const { createdAt, lastUsedAt } = factors.totp;
    rows.push({ key: 'app', label: 'Authenticator app', since: createdAt, usedAt: lastUsedAt, note: null });
  }
  for (const passkey of factors.passkeys) {
    const note = passkey.isBackedUp ? ', backed up' : null;
    const { id, name, createdAt, lastUsedAt } = passkey;
    rows.push({ key: id, label: `Passkey: ${name}`, since: createdAt, usedAt: lastUsedAt, note });
  }
  if (rows.length > 0) {
    const note = `${factors.recoveryCodesLeft} of them are left`;
    rows.push({ key: 'codes', label: 'Recovery codes', since: null, usedAt: null, note });
  }
  return rows;
}

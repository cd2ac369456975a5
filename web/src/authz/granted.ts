import { typeParts } from './names';

export interface GrantedRow {
  id: string;
  /** The entity, or the type when it is every one. */
  text: string;
  isEvery: boolean;
  actions: { name: string; needsCheck: boolean }[];
}

type GrantedMap = Readonly<Record<string, readonly string[]>>;

function asMap(value: unknown): GrantedMap {
  return typeof value === 'object' && value !== null ? (value as GrantedMap) : {};
}

/** The permissions of a token as rows: whole types first, then single entities. */
export function grantedRows(permissions: unknown, abacRequired: unknown): GrantedRow[] {
  const undecided = asMap(abacRequired);
  const rows = Object.entries(asMap(permissions)).map(([id, actions]) => {
    const { name } = typeParts(id);
    return {
      id,
      text: name,
      isEvery: !name.includes(':'),
      actions: actions.map((action) => ({
        name: action,
        needsCheck: undecided[id]?.includes(action) ?? false,
      })),
    };
  });
  return rows.sort((a, b) => Number(b.isEvery) - Number(a.isEvery) || a.text.localeCompare(b.text));
}

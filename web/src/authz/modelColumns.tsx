import { Avatar, Badge, Group, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Building2, type LucideIcon, ShieldCheck } from 'lucide-react';
import { KIND_FACTS } from '../clients/kinds';
import type { ModelsQuery } from '../gen/graphql';
import type { Column } from '../shared/DataTable';
import shared from '../shared/shared.module.css';
import { Time } from '../shared/Time';

interface ModelRow {
  id: string;
  name: string;
  note: string;
  icon: LucideIcon;
  /** Null for what is part of the program. */
  version: number | null;
  savedAt: string | null;
  types: readonly string[];
  to: '/permissions/installation' | '/permissions/built-in' | null;
}

/** The installation's model, what guards Auther, and the clients that have a model. */
export function modelRows(data: ModelsQuery, isOperator: boolean): ModelRow[] {
  const own = data.model;
  const rows: ModelRow[] = [];
  if (isOperator) {
    rows.push({
      id: 'installation',
      name: 'Installation',
      note: 'What every client may refer to',
      icon: Building2,
      version: own?.version ?? 0,
      savedAt: own?.createdAt ?? null,
      types: own?.types.map(({ name }) => name) ?? [],
      to: '/permissions/installation',
    });
    rows.push({
      id: 'built-in',
      name: 'Auther itself',
      note: 'Who may use this console and the API',
      icon: ShieldCheck,
      version: null,
      savedAt: null,
      types: ['platform', 'users', 'groups', 'clients'],
      to: '/permissions/built-in',
    });
  }
  for (const { id, name, kind, model } of data.clients?.nodes ?? []) {
    if (!model) continue;
    const types = model.types.map((type) => type.name).filter((type) => type !== 'user');
    const { icon, label } = KIND_FACTS[kind];
    rows.push({
      id,
      name,
      note: label,
      icon,
      version: model.version,
      savedAt: model.createdAt,
      types,
      to: null,
    });
  }
  return rows;
}

export const MODEL_COLUMNS: readonly Column<ModelRow>[] = [
  { key: 'name', header: 'Model', render: (row) => <NameCell row={row} /> },
  { key: 'types', header: 'Types', visibleFrom: 'md', render: (row) => <TypeBadges types={row.types} /> },
  {
    key: 'version',
    header: 'Version',
    render: ({ version }) => (
      <Text size="sm" c={version ? undefined : 'dimmed'} className={shared.nowrap}>
        {version === null ? 'built in' : version === 0 ? 'none yet' : version}
      </Text>
    ),
  },
  {
    key: 'savedAt',
    header: 'Saved',
    visibleFrom: 'sm',
    render: ({ savedAt }) => <Time value={savedAt} never="—" size="sm" />,
  },
];

function NameCell({ row }: { row: ModelRow }) {
  const Icon = row.icon;
  return (
    <Group gap="sm" wrap="nowrap">
      <Avatar size={36} radius="md" color="gray" aria-hidden>
        <Icon size={18} />
      </Avatar>
      <div className={shared.shrink}>
        {row.to ? (
          <Link to={row.to} className={shared.rowLink}>
            {row.name}
          </Link>
        ) : (
          <Link
            to="/clients/$clientId"
            params={{ clientId: row.id }}
            search={{ tab: 'permissions' }}
            className={shared.rowLink}
          >
            {row.name}
          </Link>
        )}
        <Text size="xs" c="dimmed">
          {row.note}
        </Text>
      </div>
    </Group>
  );
}

const MAX_SHOWN = 4;

function TypeBadges({ types }: { types: readonly string[] }) {
  return (
    <Group gap={6}>
      {types.slice(0, MAX_SHOWN).map((name) => (
        <Badge key={name} size="sm" variant="default">
          {name}
        </Badge>
      ))}
      {types.length > MAX_SHOWN && (
        <Text size="xs" c="dimmed">
          +{types.length - MAX_SHOWN}
        </Text>
      )}
    </Group>
  );
}

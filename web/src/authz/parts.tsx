import { Anchor, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { EntityFieldsFragment, SubjectFieldsFragment, TupleKeyFieldsFragment } from '../gen/graphql';
import { PersonLink, personName } from '../shared/Person';
import shared from '../shared/shared.module.css';
import { refText, typeParts, withoutScope } from './names';

/** Names of clients by id, to tell whose a type is. */
export type ClientNames = ReadonlyMap<string, string>;

interface SubjectTextProps {
  scope: string;
  subject: SubjectFieldsFragment;
}

/** Who: a person or client by name, everything else as it is written. */
export function SubjectText({ scope, subject }: SubjectTextProps) {
  const { node } = subject;
  if (node?.__typename === 'User' && !subject.relation) return <PersonLink person={node} />;
  if (node?.__typename === 'Client' && !subject.relation) {
    return (
      <Anchor inherit component={Link} to={`/clients/${node.id}`}>
        {node.clientName}
      </Anchor>
    );
  }
  return (
    <Text span className={shared.mono}>
      {refText(scope, subject)}
    </Text>
  );
}

interface EntityTextProps {
  scope: string;
  entity: EntityFieldsFragment;
  clientNames?: ClientNames | undefined;
}

/** On what; below it the client that owns the type where that is another one. */
export function EntityText({ scope, entity, clientNames }: EntityTextProps) {
  const { clientId, name } = typeParts(entity.type);
  const owner = clientId === scope ? null : clientId;
  const { node } = entity;
  const person = node?.__typename === 'User' ? personName(node) : null;
  const client = node?.__typename === 'Client' ? node.clientName : null;
  const note = owner ? (clientNames?.get(owner) ?? owner) : (person ?? client);
  return (
    <div className={shared.shrink}>
      <Text className={shared.mono}>{`${name}:${entity.id}`}</Text>
      {note && (
        <Text size="xs" c="dimmed">
          {note}
        </Text>
      )}
    </div>
  );
}

/** A tuple as text, people by their names. */
export function tupleText(scope: string, key: TupleKeyFieldsFragment): string {
  const { subject } = key;
  if (subject.node?.__typename !== 'User' || subject.relation) return withoutScope(scope, key.text);
  return `${refText(scope, key.entity)}#${key.relation}@${personName(subject.node)}`;
}

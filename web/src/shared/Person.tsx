import { Anchor, Avatar, Group, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { PersonFieldsFragment } from '../gen/graphql';
import classes from './shared.module.css';

export function personName(person: PersonFieldsFragment): string {
  return person.name ?? person.email;
}

const HUES = 6;

/** The same person has the same colour everywhere. */
function hueOf(id: string): number {
  return [...id].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) % 9973, 7) % HUES;
}

export function PersonAvatar({ person, size = 32 }: { person: PersonFieldsFragment; size?: number }) {
  return (
    <Avatar
      src={person.picture}
      name={personName(person)}
      size={size}
      radius="xl"
      alt=""
      aria-hidden
      className={classes.avatar}
      data-hue={hueOf(person.id)}
    />
  );
}

/** Avatar, name and mail address; the name leads to the user's page and stretches over the row. */
export function PersonCell({ person }: { person: PersonFieldsFragment }) {
  return (
    <Group gap="sm" wrap="nowrap">
      <PersonAvatar person={person} />
      <div className={classes.shrink}>
        <Link to="/users/$userId" params={{ userId: person.id }} className={classes.rowLink}>
          {personName(person)}
        </Link>
        {person.name && (
          <Text size="xs" c="dimmed" truncate>
            {person.email}
          </Text>
        )}
      </div>
    </Group>
  );
}

export function PersonLink({ person }: { person: PersonFieldsFragment }) {
  return (
    <Anchor inherit component={Link} to={`/users/${person.id}`}>
      {personName(person)}
    </Anchor>
  );
}

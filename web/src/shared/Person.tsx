import { Anchor, Avatar, Group, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { PersonFieldsFragment } from '../gen/graphql';
import classes from './shared.module.css';

export function personName(person: PersonFieldsFragment): string {
  return person.name ?? person.email;
}

export function PersonAvatar({ person, size = 32 }: { person: PersonFieldsFragment; size?: number }) {
  return (
    <Avatar src={person.picture} name={personName(person)} color="initials" size={size} radius="xl" alt="" aria-hidden />
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

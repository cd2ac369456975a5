import { SimpleGrid, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { KIND_FACTS } from '../clients/kinds';
import { KINDS } from '../clients/search';
import classes from './overview.module.css';

export function ConnectApp() {
  return (
    <section aria-labelledby="connect-app">
      <Title order={2} id="connect-app" mb="sm">
        Connect an app
      </Title>
      <SimpleGrid cols={{ base: 1, xs: 2, md: 5 }} spacing="sm">
        {KINDS.map((kind) => {
          const { icon: Icon, label } = KIND_FACTS[kind];
          return (
            <Link
              key={kind}
              to="/clients"
              search={{ dialog: 'create', create: kind }}
              className={classes.connect}
            >
              <Icon size={20} aria-hidden />
              <Text span size="sm" fw={550}>
                {label}
              </Text>
            </Link>
          );
        })}
      </SimpleGrid>
    </section>
  );
}

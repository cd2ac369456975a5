import { Skeleton, Tabs } from '@mantine/core';
import { lazyRouteComponent } from '@tanstack/react-router';
import { Suspense } from 'react';
import type { ScopeProps } from './scope';
import { PARTS } from './search';

const ModelPanel = lazyRouteComponent(() => import('./ModelPanel'), 'ModelPanel');
const TuplesPanel = lazyRouteComponent(() => import('./TuplesPanel'), 'TuplesPanel');
const PoliciesPanel = lazyRouteComponent(() => import('../policies/PoliciesPanel'), 'PoliciesPanel');
const CheckPanel = lazyRouteComponent(() => import('./CheckPanel'), 'CheckPanel');

/** Model, tuples, policies and checks of a client, or of the installation. */
export function ScopePermissions({ scope, search, move }: ScopeProps) {
  const props = { scope, search, move };
  return (
    <Tabs
      variant="pills"
      value={search.part ?? 'model'}
      onChange={(part) => move({ part: PARTS.find((each) => each === part && each !== 'model') })}
      keepMounted={false}
    >
      <Tabs.List mb="md" aria-label="Permissions">
        <Tabs.Tab value="model">Model</Tabs.Tab>
        <Tabs.Tab value="tuples">Tuples</Tabs.Tab>
        <Tabs.Tab value="policies">Policies</Tabs.Tab>
        <Tabs.Tab value="check">Check</Tabs.Tab>
      </Tabs.List>
      <Suspense fallback={<Skeleton h={320} />}>
        <Tabs.Panel value="model">
          <ModelPanel {...props} />
        </Tabs.Panel>
        <Tabs.Panel value="tuples">
          <TuplesPanel {...props} />
        </Tabs.Panel>
        <Tabs.Panel value="policies">
          <PoliciesPanel {...props} />
        </Tabs.Panel>
        <Tabs.Panel value="check">
          <CheckPanel {...props} />
        </Tabs.Panel>
      </Suspense>
    </Tabs>
  );
}

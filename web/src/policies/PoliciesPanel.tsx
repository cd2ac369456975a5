import { Skeleton } from '@mantine/core';
import { lazyRouteComponent } from '@tanstack/react-router';
import { Suspense } from 'react';
import type { ScopeProps } from '../authz/scope';
import { PolicyList } from './PolicyList';

const PolicyPage = lazyRouteComponent(() => import('./PolicyPage'), 'PolicyPage');
const NewPolicy = lazyRouteComponent(() => import('./NewPolicy'), 'NewPolicy');

/** Policies of a client, or of the installation: the list, or the one that is open. */
export function PoliciesPanel(props: ScopeProps) {
  const { policy } = props.search;
  if (!policy) return <PolicyList {...props} />;
  return (
    <Suspense fallback={<Skeleton h={320} aria-label="Loading the policy" />}>
      {policy === 'new' ? <NewPolicy {...props} /> : <PolicyPage key={policy} id={policy} {...props} />}
    </Suspense>
  );
}

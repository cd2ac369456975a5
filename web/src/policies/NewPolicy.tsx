import { Title } from '@mantine/core';
import type { ScopeProps } from '../authz/scope';
import { BackToPolicies } from './BackToPolicies';
import { PolicyEditor } from './PolicyEditor';

export function NewPolicy({ scope, move }: ScopeProps) {
  return (
    <>
      <BackToPolicies move={move} />
      <Title order={2} mb="md">
        New policy
      </Title>
      <PolicyEditor
        scope={scope}
        policy={null}
        onSaved={(policy) => move({ part: 'policies', policy: policy.id }, true)}
        onDiscard={() => move({ part: 'policies' })}
      />
    </>
  );
}

import { NativeSelect } from '@mantine/core';
import type { ReactNode } from 'react';
import { useQuery } from 'urql';
import { PoliciesDocument } from '../gen/graphql';

/** A choice rarely has more; a policy beyond them is given through the API. */
const SHOWN = 100;

interface PolicySelectProps {
  /** A client's id; empty for the installation. */
  scope: string;
  value: string;
  error?: ReactNode;
  onChange: (name: string) => void;
}

/** The policy with the second say over a tuple; nothing where there are none to choose from. */
export function PolicySelect({ scope, value, error, onChange }: PolicySelectProps) {
  const [{ data }] = useQuery({
    query: PoliciesDocument,
    variables: { client: scope || null, first: SHOWN },
  });
  const names = data?.policies.nodes.map(({ name }) => name) ?? [];
  if (names.length === 0) return null;
  return (
    <NativeSelect
      label="Policy"
      description="It has the second say over this tuple, in place of the permission's own"
      data={[{ value: '', label: 'None' }, ...names]}
      value={value}
      error={error}
      onChange={({ currentTarget }) => onChange(currentTarget.value)}
    />
  );
}

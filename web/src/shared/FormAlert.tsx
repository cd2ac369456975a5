import { Alert } from '@mantine/core';
import { TriangleAlert } from 'lucide-react';

/** Errors that belong to no single input of a form. */
export function FormAlert({ errors }: { errors: readonly string[] }) {
  if (errors.length === 0) return null;
  return (
    <Alert color="red" icon={<TriangleAlert size={18} />} role="alert">
      {errors.join(' ')}
    </Alert>
  );
}

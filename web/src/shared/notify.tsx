import { notifications } from '@mantine/notifications';
import { Check, TriangleAlert } from 'lucide-react';
import type { UserErrorFieldsFragment } from '../gen/graphql';

export function notifyDone(message: string) {
  notifications.show({ message, color: 'pine', icon: <Check size={16} />, autoClose: 4000 });
}

export function notifyErrors(errors: readonly UserErrorFieldsFragment[]) {
  const message = errors.map((error) => error.message).join(' ');
  notifications.show({ message, color: 'red', icon: <TriangleAlert size={16} />, autoClose: 8000 });
}

import { UnstyledButton, VisuallyHidden } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import { PersonAvatar, personName } from '../shared/Person';
import { useViewer } from './viewer';

const loadMenu = () => import('./UserMenuOpen');
const UserMenuOpen = lazy(loadMenu);

/** The avatar; its menu is loaded when somebody reaches for it. */
export function UserMenu() {
  const { user } = useViewer().viewer;
  const [isWanted, setWanted] = useState(false);
  if (!user) return null;
  const avatar = (
    <UnstyledButton aria-haspopup="menu" onPointerEnter={loadMenu} onClick={() => setWanted(true)}>
      <PersonAvatar person={user} size={34} />
      <VisuallyHidden>Account of {personName(user)}</VisuallyHidden>
    </UnstyledButton>
  );
  return isWanted ? (
    <Suspense fallback={avatar}>
      <UserMenuOpen user={user} />
    </Suspense>
  ) : (
    avatar
  );
}

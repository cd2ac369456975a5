import { createContext, useContext } from 'react';
import type { ViewerQuery } from '../gen/graphql';

export type Can = ViewerQuery['viewer']['can'];

export const ViewerContext = createContext<ViewerQuery | null>(null);

/** Who is signed in, what they may do and which server this is. */
export function useViewer(): ViewerQuery {
  const viewer = useContext(ViewerContext);
  if (!viewer) throw new Error('useViewer is only for what the shell renders');
  return viewer;
}

export function useCan(): Can {
  return useViewer().viewer.can;
}

/** The trail and the outbox have no permission of their own: they come with the platform. */
export function canSeePlatform(can: Can): boolean {
  return can.platformManage;
}

/** Models and tuples: the installation's come with the platform, the clients' with managing access to them. */
export function canSeePermissions(can: Can): boolean {
  return can.platformManage || can.clientsManageAccess;
}

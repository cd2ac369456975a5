import {
  AppWindow,
  Handshake,
  KeyRound,
  KeySquare,
  LayoutDashboard,
  type LucideIcon,
  Mail,
  MonitorSmartphone,
  ScrollText,
  ShieldCheck,
  UserPlus,
  Users,
} from 'lucide-react';
import { type Can, canSeePermissions, canSeePlatform } from './viewer';

export interface NavItem {
  label: string;
  to:
    | '/'
    | '/users'
    | '/sessions'
    | '/clients'
    | '/api-keys'
    | '/permissions'
    | '/registration-contexts'
    | '/identity-providers'
    | '/keys'
    | '/audit'
    | '/mails';
  icon: LucideIcon;
  isShown: (can: Can) => boolean;
}

export interface NavGroup {
  label: string | null;
  items: readonly NavItem[];
}

const GROUPS: readonly NavGroup[] = [
  { label: null, items: [{ label: 'Overview', to: '/', icon: LayoutDashboard, isShown: () => true }] },
  {
    label: 'People',
    items: [
      { label: 'Users', to: '/users', icon: Users, isShown: (can) => can.usersView },
      { label: 'Sessions', to: '/sessions', icon: MonitorSmartphone, isShown: (can) => can.sessionsViewAll },
    ],
  },
  {
    label: 'Applications',
    items: [
      { label: 'Clients', to: '/clients', icon: AppWindow, isShown: (can) => can.clientsView },
      { label: 'API keys', to: '/api-keys', icon: KeySquare, isShown: (can) => can.apiKeysViewAll },
      { label: 'Permissions', to: '/permissions', icon: ShieldCheck, isShown: canSeePermissions },
    ],
  },
  {
    label: 'Platform',
    items: [
      {
        label: 'Registration',
        to: '/registration-contexts',
        icon: UserPlus,
        isShown: canSeePlatform,
      },
      { label: 'Identity providers', to: '/identity-providers', icon: Handshake, isShown: canSeePlatform },
      { label: 'Signing keys', to: '/keys', icon: KeyRound, isShown: (can) => can.keysView },
      { label: 'Audit trail', to: '/audit', icon: ScrollText, isShown: canSeePlatform },
      { label: 'Mail outbox', to: '/mails', icon: Mail, isShown: canSeePlatform },
    ],
  },
];

/** The navigation of somebody who may do this much; groups that come out empty are left out. */
export function navigationFor(can: Can): NavGroup[] {
  return GROUPS.map((group) => ({ ...group, items: group.items.filter((item) => item.isShown(can)) })).filter(
    (group) => group.items.length > 0,
  );
}

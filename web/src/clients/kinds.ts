import { AppWindow, Bot, Globe, type LucideIcon, Smartphone, Tv } from 'lucide-react';
import type { ClientKind } from '../gen/graphql';

export interface KindFacts {
  label: string;
  icon: LucideIcon;
  summary: string;
  /** People come back to the app by a redirect. */
  hasRedirects: boolean;
  /** The app gets a secret of its own. */
  isConfidential: boolean;
  redirectExample: string;
}

export const KIND_FACTS: Record<ClientKind, KindFacts> = {
  WEB: {
    label: 'Web app',
    icon: Globe,
    summary: 'Rendered on a server that can keep a secret: Django, Rails, Next.js, PHP',
    hasRedirects: true,
    isConfidential: true,
    redirectExample: 'https://app.example.com/callback',
  },
  SPA: {
    label: 'Single-page app',
    icon: AppWindow,
    summary: 'Runs wholly in the browser: React, Vue, Svelte; code flow with PKCE, no secret',
    hasRedirects: true,
    isConfidential: false,
    redirectExample: 'https://app.example.com/callback',
  },
  NATIVE: {
    label: 'Native app',
    icon: Smartphone,
    summary: 'Mobile, desktop or command line with a browser at hand',
    hasRedirects: true,
    isConfidential: false,
    redirectExample: 'com.example.app:/callback',
  },
  MACHINE: {
    label: 'Machine',
    icon: Bot,
    summary: 'A service or job that acts as itself, with nobody signing in',
    hasRedirects: false,
    isConfidential: true,
    redirectExample: '',
  },
  DEVICE: {
    label: 'Device',
    icon: Tv,
    summary: 'A television or a terminal without a browser; people enter a code elsewhere',
    hasRedirects: false,
    isConfidential: false,
    redirectExample: '',
  },
};

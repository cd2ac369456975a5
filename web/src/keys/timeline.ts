import type { SigningKeysQuery } from '../gen/graphql';

export type SigningKey = SigningKeysQuery['signingKeys'][number];

/** A key's life as shares of its whole length, in percent, and where in it we are. */
export interface Timeline {
  waiting: number;
  signing: number;
  verifying: number;
  now: number;
}

type Moments = Pick<SigningKey, 'createdAt' | 'activatesAt' | 'retiresAt' | 'removesAt'>;

export function timeline(key: Moments, now: number): Timeline {
  const [created, activates, retires, removes] = [
    key.createdAt,
    key.activatesAt,
    key.retiresAt,
    key.removesAt,
  ].map((moment) => Date.parse(moment)) as [number, number, number, number];
  const length = Math.max(removes - created, 1);
  const share = (from: number, to: number) => (Math.max(to - from, 0) / length) * 100;
  return {
    waiting: share(created, activates),
    signing: share(activates, retires),
    verifying: share(retires, removes),
    now: Math.min(Math.max(share(created, now), 0), 100),
  };
}

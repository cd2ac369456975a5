const WORDS: Record<string, string> = {
  pwd: 'password',
  otp: 'one-time code',
  hwk: 'passkey',
  swk: 'passkey',
  pop: 'passkey',
  mfa: 'two factors',
  kba: 'recovery code',
  fed: 'another provider',
  email: 'mail link',
};

/** How somebody signed in, in words; `amr` values are those of RFC 8176, others stay as they are. */
export function methodWords(amr: readonly string[]): string {
  const words = amr
    .filter((method) => method !== 'mfa' && method !== 'user')
    .map((method) => WORDS[method] ?? method);
  return [...new Set(words)].join(' + ');
}

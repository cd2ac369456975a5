declare global {
  // react-remove-scroll (inside Mantine's dialogs) reads the nonce of its style element from here.
  var __webpack_nonce__: string | undefined;
}

/** The nonce that the server put into this page for style elements. */
export function styleNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';
}

export function shareStyleNonce(): void {
  globalThis.__webpack_nonce__ = styleNonce();
}

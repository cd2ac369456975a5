/** The value of a JSON text; a text that is none stays as it is, and the server says what is wrong with it. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** `"openid  email"` → `["openid", "email"]`; a word that comes twice counts once. */
export function words(text: string): string[] {
  return [...new Set(text.split(/[\s,]+/).filter((word) => word !== ''))];
}

const DROPPED = 'script, base, meta, link, iframe, frame, object, embed, form';
const OPENING_TAG = /<[a-z][^<>]*>/gi;
const WEB_LINK = /^https?:\/\//i;

/**
 * A mail's HTML as the document of a sandboxed frame. The frame inherits this page's policy, which
 * refuses style attributes, so each becomes a rule of a style element that carries the page's nonce.
 * Links open in a new tab. Scripts, frames and forms are left out (the sandbox would refuse them too), and
 * so are images, which would tell their sender that the mail was opened.
 */
export function mailDocument(html: string, nonce: string): string {
  const mail = new DOMParser().parseFromString(
    html.replace(OPENING_TAG, (tag) => acceptable(tag, nonce)),
    'text/html',
  );
  for (const element of mail.querySelectorAll(DROPPED)) element.remove();
  const rules = inlineRules(mail);
  const inline = mail.createElement('style');
  inline.setAttribute('nonce', nonce);
  inline.textContent = rules.join('\n');
  mail.head.append(inline);
  for (const image of mail.querySelectorAll('img')) image.removeAttribute('src');
  for (const link of mail.querySelectorAll('a[href]')) {
    if (!WEB_LINK.test(link.getAttribute('href') ?? '')) link.removeAttribute('href');
    link.setAttribute('target', '_blank');
    link.setAttribute('rel', 'noreferrer');
  }
  return `<!doctype html>${mail.documentElement.outerHTML}`;
}

/** Even a parser without a window applies the policy, so a tag's styles are dealt with before it sees them. */
function acceptable(tag: string, nonce: string): string {
  return tag.replace(/\sstyle(\s*=)/gi, ' data-style$1').replace(/^<style\b/i, `<style nonce="${nonce}"`);
}

function inlineRules(mail: Document): string[] {
  return [...mail.querySelectorAll('[data-style]')].map((element, index) => {
    const declarations = (element.getAttribute('data-style') ?? '').replace(/[{}<]/g, '');
    element.setAttribute('data-style', String(index));
    return `[data-style="${index}"] { ${declarations} }`;
  });
}

export interface TextPart {
  /** Where the part begins in the text; what tells parts apart. */
  at: number;
  text: string;
  isLink: boolean;
}

/** A plain text cut at its web addresses. A full stop or bracket after an address is not part of it. */
export function linkify(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const match of text.matchAll(/https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]]/g)) {
    if (match.index > end) parts.push({ at: end, text: text.slice(end, match.index), isLink: false });
    parts.push({ at: match.index, text: match[0], isLink: true });
    end = match.index + match[0].length;
  }
  if (end < text.length) parts.push({ at: end, text: text.slice(end), isLink: false });
  return parts;
}

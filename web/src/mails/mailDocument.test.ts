// @vitest-environment happy-dom
import { describe, expect, test } from 'vitest';
import { linkify, mailDocument } from './mailDocument';

function render(html: string): Document {
  return new DOMParser().parseFromString(mailDocument(html, 'n0nce'), 'text/html');
}

describe('mailDocument', () => {
  test('style attributes become rules under the nonce', () => {
    const mail = render('<p style="color: red; margin: 0">Hello</p>');

    expect(mail.querySelector('p')?.hasAttribute('style')).toBe(false);
    const rules = mail.querySelector('style[nonce="n0nce"]')?.textContent;
    expect(rules).toBe('[data-style="0"] { color: red; margin: 0 }');
    expect(mail.querySelector('p')?.getAttribute('data-style')).toBe('0');
  });

  test('style elements get the nonce', () => {
    const mail = render('<head><style>h1 { color: red }</style></head><body><h1>Hi</h1></body>');

    expect([...mail.querySelectorAll('style')].map((style) => style.getAttribute('nonce'))).toEqual([
      'n0nce',
      'n0nce',
    ]);
  });

  test('a style attribute cannot break out of its rule', () => {
    const mail = render('<p style="color:red} body { display:none">Hello</p>');

    expect(mail.querySelector('style')?.textContent?.match(/[{}]/g)).toEqual(['{', '}']);
  });

  test('scripts, frames, forms, base and images that call home are left out', () => {
    const mail = render(
      '<base href="https://evil.example/"><script>alert(1)</script><iframe></iframe>' +
        '<form action="https://evil.example"><input></form><img src="https://evil.example/pixel.png" alt="logo">',
    );

    expect(mail.querySelector('script, iframe, form, base, img[src]')).toBeNull();
  });

  test('web links open in a new tab, others lead nowhere', () => {
    const mail = render(
      '<a href="https://id.example.com/verify?t=1">Go</a><a href="javascript:alert(1)">Bad</a>',
    );
    const [go, bad] = mail.querySelectorAll('a');

    expect(go?.getAttribute('href')).toBe('https://id.example.com/verify?t=1');
    expect(go?.getAttribute('target')).toBe('_blank');
    expect(go?.getAttribute('rel')).toBe('noreferrer');
    expect(bad?.hasAttribute('href')).toBe(false);
  });
});

describe('linkify', () => {
  test('cuts a text at its addresses and loses nothing', () => {
    const text = 'Open https://id.example.com/verify?t=a.b, then (see http://localhost:8000/help).';
    const parts = linkify(text);

    expect(parts.filter((part) => part.isLink).map((part) => part.text)).toEqual([
      'https://id.example.com/verify?t=a.b',
      'http://localhost:8000/help',
    ]);
    expect(parts.map((part) => part.text).join('')).toBe(text);
  });

  test('a text without addresses is one part', () => {
    expect(linkify('Hello')).toEqual([{ at: 0, text: 'Hello', isLink: false }]);
  });
});

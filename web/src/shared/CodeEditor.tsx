import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { bracketMatching, HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { type Diagnostic, lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { EditorState, type Extension } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { useEffect, useRef } from 'react';
import classes from './CodeEditor.module.css';
import { styleNonce } from './csp';
import { type Mark, markedRange, type Place } from './marks';

export interface CodeEditorProps {
  label: string;
  value: string;
  problems?: readonly Mark[];
  isReadOnly?: boolean;
  place?: Place | null;
  onChange?: (value: string) => void;
}

const NO_PROBLEMS: readonly Mark[] = [];

/** A text in some language. Tab moves on to the next control, as everywhere. */
export function CodeEditor(props: CodeEditorProps & { language: Extension }) {
  const { value, problems = NO_PROBLEMS, place } = props;
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const first = useRef(props);
  const report = useRef(props.onChange);

  useEffect(() => {
    report.current = props.onChange;
  });

  useEffect(() => {
    if (!host.current) return;
    const made = new EditorView({
      parent: host.current,
      doc: first.current.value,
      extensions: extensions(first.current, (text) => report.current?.(text)),
    });
    view.current = made;
    return () => made.destroy();
  }, []);

  useEffect(() => {
    const doc = view.current?.state.doc;
    if (doc && doc.toString() !== value) {
      view.current?.dispatch({ changes: { from: 0, to: doc.length, insert: value } });
    }
  }, [value]);

  useEffect(() => {
    const state = view.current?.state;
    if (state) view.current?.dispatch(setDiagnostics(state, diagnostics(state, problems)));
  }, [problems]);

  useEffect(() => {
    const { current } = view;
    if (!current || !place) return;
    const line = current.state.doc.line(Math.min(Math.max(place.line, 1), current.state.doc.lines));
    const anchor = Math.min(line.from + Math.max(place.column - 1, 0), line.to);
    current.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: 'center' }) });
    current.focus();
  }, [place]);

  return <div ref={host} className={classes.editor} />;
}

function extensions(
  { label, language, isReadOnly = false }: CodeEditorProps & { language: Extension },
  report: (text: string) => void,
) {
  return [
    EditorView.cspNonce.of(styleNonce()),
    lineNumbers(),
    highlightSpecialChars(),
    history(),
    drawSelection(),
    bracketMatching(),
    language,
    syntaxHighlighting(HIGHLIGHT),
    THEME,
    keymap.of([...defaultKeymap, ...historyKeymap, ...lintKeymap]),
    EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) report(update.state.doc.toString());
    }),
    isReadOnly
      ? [EditorState.readOnly.of(true), EditorView.contentAttributes.of({ 'aria-readonly': 'true' })]
      : [lintGutter(), highlightActiveLine(), highlightActiveLineGutter()],
  ];
}

function diagnostics(state: EditorState, problems: readonly Mark[]): Diagnostic[] {
  return problems.flatMap(({ line, column, message, hint, isWarning }) => {
    if (line === null || line < 1 || line > state.doc.lines) return [];
    const [from, to] = markedRange(state.doc.line(line), column);
    return [
      { from, to, severity: isWarning ? 'warning' : 'error', message: hint ? `${message} ${hint}` : message },
    ];
  });
}

const HIGHLIGHT = HighlightStyle.define([
  { tag: tags.keyword, color: 'light-dark(#0a6b57, #73cab0)', fontWeight: '600' },
  { tag: tags.operatorKeyword, color: 'light-dark(#8a3ab9, #d0a5f0)' },
  { tag: tags.standard(tags.variableName), color: 'light-dark(#1f5fa8, #8ec1ff)' },
  { tag: tags.typeName, color: 'light-dark(#1f5fa8, #8ec1ff)', fontWeight: '600' },
  { tag: tags.propertyName, color: 'light-dark(#7d5103, #eeb63c)' },
  { tag: [tags.string, tags.number, tags.bool], color: 'light-dark(#9f2f23, #ffb0a6)' },
  { tag: tags.comment, color: 'var(--mantine-color-dimmed)', fontStyle: 'italic' },
]);

const LINE = 'light-dark(rgba(10, 107, 87, 0.06), rgba(115, 202, 176, 0.07))';

const THEME = EditorView.theme({
  '&': { backgroundColor: 'transparent', color: 'var(--mantine-color-text)' },
  '&.cm-focused': { outline: '2px solid var(--mantine-primary-color-filled)', outlineOffset: '-2px' },
  '.cm-scroller': {
    fontFamily: 'var(--mantine-font-family-monospace)',
    lineHeight: '1.6',
    minHeight: '320px',
    maxHeight: '62vh',
  },
  '.cm-content': { caretColor: 'var(--mantine-color-text)', padding: '10px 0' },
  '.cm-cursor': { borderLeftColor: 'var(--mantine-color-text)' },
  '.cm-gutters': {
    backgroundColor: 'var(--auther-surface)',
    color: 'var(--mantine-color-dimmed)',
    border: 'none',
  },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: LINE },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    background: 'light-dark(#bfe3d8, #245346)',
  },
  '.cm-tooltip': {
    backgroundColor: 'var(--auther-surface)',
    color: 'var(--mantine-color-text)',
    border: '1px solid var(--auther-line)',
    borderRadius: 'var(--mantine-radius-md)',
    overflow: 'hidden',
  },
  '.cm-diagnostic': { padding: '8px 12px', maxWidth: '460px', fontFamily: 'var(--mantine-font-family)' },
});

import { StreamLanguage } from '@codemirror/language';
import { lua } from '@codemirror/legacy-modes/mode/lua';
import { CodeEditor, type CodeEditorProps } from '../shared/CodeEditor';

const LUA = StreamLanguage.define({
  ...lua,
  languageData: { ...lua.languageData, commentTokens: { line: '--' } },
});

/** A policy's source. */
export function LuaEditor(props: CodeEditorProps) {
  return <CodeEditor language={LUA} {...props} />;
}

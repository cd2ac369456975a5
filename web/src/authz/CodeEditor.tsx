import { type CodeEditorProps, CodeEditor as Editor } from '../shared/CodeEditor';
import { modelLanguage } from './language';

/** A text in the modelling language. */
export function CodeEditor(props: CodeEditorProps) {
  return <Editor language={modelLanguage} {...props} />;
}

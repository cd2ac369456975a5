import { type GraphiQLPlugin, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { BookMarked } from 'lucide-react';
import { useState } from 'react';
import { type Example, examplesOf } from './examples';

const SOURCES = import.meta.glob<string>('../../../graphql/**/*.graphql', {
  query: '?raw',
  import: 'default',
  eager: true,
});
const EXAMPLES = examplesOf(SOURCES);

function matches(example: Example, wanted: string): boolean {
  return `${example.room} ${example.name} ${example.description}`.toLowerCase().includes(wanted);
}

function ExamplesPanel() {
  const [typed, setTyped] = useState('');
  const { addTab } = useGraphiQLActions();
  const editors = useGraphiQL((state) => ({ query: state.queryEditor, variables: state.variableEditor }));
  const isReady = Boolean(editors.query && editors.variables);
  function open(example: Example) {
    addTab();
    editors.query?.setValue(example.query);
    editors.variables?.setValue(example.variables);
  }
  const found = EXAMPLES.filter((example) => matches(example, typed.trim().toLowerCase()));
  const rooms = [...new Set(found.map((example) => example.room))];
  return (
    <div className="examples">
      <div className="graphiql-doc-explorer-title">Examples</div>
      <input
        type="search"
        aria-label="Search the examples"
        placeholder="Search the examples"
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      {rooms.map((room) => (
        <section key={room} aria-label={room}>
          <h3>{room}</h3>
          {found
            .filter((example) => example.room === room)
            .map((example) => (
              <button key={example.name} type="button" disabled={!isReady} onClick={() => open(example)}>
                <span>
                  {example.name}
                  {example.kind === 'mutation' && <em>changes data</em>}
                </span>
                <small>{example.description}</small>
              </button>
            ))}
        </section>
      ))}
      {found.length === 0 && <p>No example has that name.</p>}
    </div>
  );
}

export const EXAMPLES_PLUGIN: GraphiQLPlugin = {
  title: 'Examples',
  icon: () => <BookMarked size={20} strokeWidth={1.75} />,
  content: ExamplesPanel,
};

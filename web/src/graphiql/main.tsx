import 'graphiql/setup-workers/vite';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import 'graphiql/style.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Banner } from './Banner';
import { EXAMPLES_PLUGIN } from './ExamplesPanel';
import { fetcher } from './fetcher';
import './graphiql.css';

const FIRST_QUERY = `# Ctrl-Enter runs this. The Examples panel on the left holds ready-made operations.
{
  viewer {
    user {
      id
      email
      name
    }
  }
  server {
    version
    issuer
  }
}
`;

/** The colours chosen in the console; null follows the system. */
function consoleScheme(): 'light' | 'dark' | null {
  const chosen = localStorage.getItem('mantine-color-scheme-value');
  return chosen === 'light' || chosen === 'dark' ? chosen : null;
}

function Page() {
  return (
    <>
      <Banner />
      <main className="explorer">
        <GraphiQL
          fetcher={fetcher}
          defaultQuery={FIRST_QUERY}
          plugins={[EXAMPLES_PLUGIN, HISTORY_PLUGIN]}
          visiblePlugin={EXAMPLES_PLUGIN}
          defaultTheme={consoleScheme()}
          defaultEditorToolsVisibility="variables"
          shouldPersistHeaders={false}
          showPersistHeadersSettings={false}
        >
          <GraphiQL.Logo>Auther</GraphiQL.Logo>
        </GraphiQL>
      </main>
    </>
  );
}

const root = document.getElementById('graphiql');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Page />
    </StrictMode>,
  );
}

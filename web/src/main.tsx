import { MantineProvider } from '@mantine/core';
import '@mantine/core/styles.css';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Provider } from 'urql';
import { router } from './router';
import { createApi } from './shared/api';
import { shareStyleNonce, styleNonce } from './shared/csp';
import { Toasts } from './shared/Toasts';
import { cssVariables, theme } from './shared/theme';

shareStyleNonce();

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={cssVariables}
        defaultColorScheme="auto"
        getStyleNonce={styleNonce}
      >
        <Provider value={createApi()}>
          <RouterProvider router={router} />
          <Toasts />
        </Provider>
      </MantineProvider>
    </StrictMode>,
  );
}

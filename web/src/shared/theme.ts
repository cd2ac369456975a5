import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';

const pine: MantineColorsTuple = [
  '#e8f7f2',
  '#d0ede4',
  '#a3dccb',
  '#73cab0',
  '#4cba99',
  '#2fa585',
  '#1c9073',
  '#0e7c63',
  '#0a6b57',
  '#065244',
];

const gray: MantineColorsTuple = [
  '#f7f8f8',
  '#eff1f2',
  '#e3e7e9',
  '#d3d9dc',
  '#bcc4c9',
  '#98a3aa',
  '#5c6870',
  '#454f56',
  '#2e363c',
  '#1a2024',
];

const dark: MantineColorsTuple = [
  '#dbe1e5',
  '#bcc6cc',
  '#9aa6ae',
  '#6d7981',
  '#39444b',
  '#2a333a',
  '#1f272c',
  '#161c20',
  '#10161a',
  '#0a0f12',
];

// Light variants write shade 9 on shade 1.
const yellow: MantineColorsTuple = [
  '#fff9ea',
  '#fdf0cf',
  '#f9de9d',
  '#f4ca67',
  '#eeb63c',
  '#dc9a14',
  '#b97d08',
  '#966304',
  '#7d5103',
  '#613e02',
];

const closeButtonProps = { 'aria-label': 'Close' };
// A <header> inside role="dialog" would be a second banner of the page.
const attributes = { header: { role: 'presentation' } };

const titleStyles = { title: { fontSize: '1.125rem', fontWeight: 650 } };

export const theme = createTheme({
  black: '#171d21',
  colors: { pine, gray, dark, yellow },
  primaryColor: 'pine',
  // Shade 8 is the first that carries white text at 4.5:1.
  primaryShade: 8,
  autoContrast: true,
  defaultRadius: 'md',
  cursorType: 'pointer',
  fontFamily: 'Inter, ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Code", Menlo, Consolas, monospace',
  headings: { fontWeight: '650', sizes: { h1: { fontSize: '1.5rem' }, h2: { fontSize: '1.125rem' } } },
  components: {
    Modal: {
      defaultProps: {
        attributes,
        centered: true,
        closeButtonProps,
        overlayProps: { backgroundOpacity: 0.45, blur: 2 },
        padding: 'lg',
        radius: 'lg',
        styles: titleStyles,
      },
    },
    Drawer: {
      defaultProps: {
        attributes,
        closeButtonProps,
        overlayProps: { backgroundOpacity: 0.45 },
        styles: titleStyles,
      },
    },
    Badge: { defaultProps: { tt: 'none', fw: 600, variant: 'light' } },
    Button: { styles: { label: { fontWeight: 550 } } },
  },
});

/** Mantine's dimmed, placeholder and error colours, moved to where they pass 4.5:1. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': gray[6],
    '--mantine-color-placeholder': gray[6],
    '--mantine-color-error': '#b42318',
    '--auther-canvas': gray[0],
    '--auther-surface': '#ffffff',
    '--auther-line': gray[2],
  },
  dark: {
    '--mantine-color-dimmed': dark[2],
    '--mantine-color-placeholder': dark[2],
    '--mantine-color-error': '#ff9b91',
    '--auther-canvas': dark[8],
    '--auther-surface': dark[7],
    '--auther-line': dark[5],
  },
});

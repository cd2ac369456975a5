// Unpacks the Chromium that npm brought and prints where it is and which libraries it needs beside it.
import { tmpdir } from 'node:os';
import { join } from 'node:path';

process.env.AWS_EXECUTION_ENV ??= 'AWS_Lambda_nodejs20.x'; // makes the package unpack its shared libraries too
const { default: chromium } = await import('@sparticuz/chromium');
const executable = await chromium.executablePath();
process.stdout.write(JSON.stringify({ executable, libraries: join(tmpdir(), 'al2023', 'lib') }));

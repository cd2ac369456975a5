export interface Toast {
  id: number;
  message: string;
  tone: 'done' | 'failed';
}

const DONE_MS = 4_000;
const FAILED_MS = 9_000;

let toasts: readonly Toast[] = [];
let nextId = 1;
const listeners = new Set<() => void>();

function set(next: readonly Toast[]) {
  toasts = next;
  for (const listener of listeners) listener();
}

export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function shownToasts(): readonly Toast[] {
  return toasts;
}

export function dismiss(id: number) {
  set(toasts.filter((toast) => toast.id !== id));
}

function show(message: string, tone: Toast['tone'], lifeMs: number) {
  const id = nextId++;
  set([...toasts, { id, message, tone }]);
  setTimeout(() => dismiss(id), lifeMs);
}

export function notifyDone(message: string) {
  show(message, 'done', DONE_MS);
}

export function notifyErrors(errors: readonly { message: string }[]) {
  show(errors.map((error) => error.message).join(' '), 'failed', FAILED_MS);
}
